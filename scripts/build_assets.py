"""Builds the pages' JavaScript and CSS into dialer/static/dist, with hashed names.

`manifest.json` there says what became of each source: {"js/console.js": "js/console-X7Q.js"}.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "dialer" / "static" / "src"
BUILT = ROOT / "dialer" / "static" / "dist"
OPTIONS = (
    "--bundle",
    "--minify",
    "--splitting",
    "--format=esm",
    "--target=es2022",
    "--legal-comments=eof",
    "--log-level=warning",
    "--entry-names=[dir]/[name]-[hash]",
    "--chunk-names=js/[name]-[hash]",
    "--asset-names=assets/[name]-[hash]",
    *(f"--loader:.{kind}=file" for kind in ("svg", "png", "woff2", "mp3", "wav")),
)


def main() -> None:
    entries = sorted([*SOURCES.glob("js/*.js"), *SOURCES.glob("css/*.css")])
    with tempfile.TemporaryDirectory(dir=BUILT.parent, prefix=".dist-") as folder:
        built = Path(folder) / "dist"
        built.mkdir()
        manifest = bundle(entries, built) if entries else {}
        (built / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
        shutil.rmtree(BUILT, ignore_errors=True)
        built.rename(BUILT)


def bundle(entries: list[Path], into: Path) -> dict[str, str]:
    """The manifest: each entry's path below src, and its hashed path below `into`."""
    metafile = into.parent / "meta.json"
    esbuild = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
    subprocess.run(
        ["node", esbuild, *entries, *OPTIONS, f"--outbase={SOURCES}", f"--outdir={into}",
         f"--metafile={metafile}"],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    outputs = json.loads(metafile.read_text())["outputs"]
    return {
        str((ROOT / output["entryPoint"]).relative_to(SOURCES)): below(ROOT / path, into)
        for path, output in outputs.items()
        if "entryPoint" in output
    }


def below(path: Path, folder: Path) -> str:
    return str(path.resolve().relative_to(folder.resolve()))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError:
        sys.exit("esbuild could not build the pages' assets")
