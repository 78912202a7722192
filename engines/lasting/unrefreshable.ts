import { serveLocally } from './serve-locally.ts'

// Headers that belong to one connection (hop-by-hop) and are not forwarded.
const ownHop = new Set(['host', 'connection', 'transfer-encoding', 'content-length', 'accept-encoding'])

/**
 * Starts a proxy for a catalog that removes all properties that refresh storage credentials, so that a job that
 * outlives its credentials must fail. Returns its URL.
 */
export function startUnrefreshable(target: string): Promise<string> {
  return serveLocally(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      ownHop.has(name) || value === undefined ? [] : [[name, String(value)]],
    )
    const upstream = await fetch(`${target}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers,
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    })
    // The JSON text is changed without parsing, because it may contain larger integers than JavaScript supports.
    const body = (await upstream.text()).replaceAll(
      /"(client\.refresh-|credentials\.uri|storage-refresh-)/g,
      '"was.$1',
    )
    const type = upstream.headers.get('content-type')
    response.writeHead(upstream.status, type === null ? {} : { 'content-type': type }).end(body)
  })
}
