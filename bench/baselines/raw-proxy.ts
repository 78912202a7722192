import { Agent, createServer, request as send } from 'node:http'

/**
 * Baseline for upstream warehouses: a node:http proxy that forwards each request to the origin in its
 * argument and pipes the response to the client.
 */
const [origin = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, (request, response) => {
  const path = (request.url ?? '').replace(/^\/v1\/[^/]+\//, '/v1/')
  const outgoing = send(`${origin}${path}`, { method: request.method, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  request.pipe(outgoing)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`ready http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
})
