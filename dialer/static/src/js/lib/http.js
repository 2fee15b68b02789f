// Requests to our own server: the CSRF token goes along, and a refusal comes back as words.

const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** A refusal: `title` is a sentence in the reader's language, `body` the problem document. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.title ?? "");
    this.status = status;
    this.body = body;
  }
}

/** Nobody answered: the network or the server is away. */
export class Unreachable extends Error {}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", redirect: "error", ...options });
  } catch (cause) {
    throw new Unreachable("", { cause });
  }
  if (response.status === 304) return response;
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    if (response.status === 401) document.dispatchEvent(new Event("session-ended"));
    if (response.status >= 500 && !body.title) throw new Unreachable();
    throw new Problem(response.status, body);
  }
  return response;
}

/** GET; `body` is null where nothing has changed since the answer that carried `etag`. */
export async function get(url, etag = null) {
  const headers = { Accept: "application/json" };
  if (etag) headers["If-None-Match"] = etag;
  const response = await ask(url, { headers, cache: "no-store" });
  const now = response.headers.get("X-Now");
  if (response.status === 304) return { etag, now, body: null };
  return { etag: response.headers.get("ETag"), now, body: await response.json() };
}

/** POST of a form or of plain fields. */
export async function post(url, fields) {
  const body = fields instanceof FormData ? new URLSearchParams(fields) : new URLSearchParams(fields);
  const headers = { Accept: "application/json", "X-CSRF-Token": token };
  const response = await ask(url, { method: "POST", headers, body });
  return response.json();
}
