// Unpacks the Chromium of the npm package, and the libraries it wants, into TMPDIR.
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";

const packed = new URL("./node_modules/@sparticuz/chromium/bin/", import.meta.url);
for (const name of ["chromium.br", "al2023.tar.br", "swiftshader.tar.br"]) {
  await inflate(fileURLToPath(new URL(name, packed)));
}
