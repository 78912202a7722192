import { serveLocally } from './serve-locally.ts'

// Headers that apply to a single connection (hop-by-hop), which a proxy does not forward.
const ownHop = new Set(['host', 'connection', 'transfer-encoding', 'content-length', 'accept-encoding'])

/**
 * Starts a proxy that removes from the responses of a catalog all properties with which clients refresh storage
 * credentials. A job that outlives its credentials must then fail. Returns its URL.
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
    // Changes the JSON text without parsing it, because it may contain integers beyond the safe integers of
    // JavaScript.
    const body = (await upstream.text()).replaceAll(
      /"(client\.refresh-|credentials\.uri|storage-refresh-)/g,
      '"was.$1',
    )
    const type = upstream.headers.get('content-type')
    response.writeHead(upstream.status, type === null ? {} : { 'content-type': type }).end(body)
  })
}
