import { closeSync, createReadStream, fsync, mkdirSync, openSync, renameSync, write } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

/**
 * Baseline for the storage gateway: a node:http server that reads and writes files as streams, without checks
 * or authentication. It answers a PUT when the file is complete and on disk. Argument: the folder of the
 * files.
 */
const [root = ''] = process.argv.slice(2)
const flush = promisify(fsync)
const writeTo = promisify(write)
let counter = 0

async function get(path: string, response: ServerResponse): Promise<void> {
  const { size, mtimeMs } = await stat(path)
  response.writeHead(200, { 'content-length': String(size), etag: `"${mtimeMs}"` })
  await pipeline(createReadStream(path), response)
}

async function put(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${(counter += 1)}.tmp`
  const descriptor = openSync(temporary, 'wx')
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length;) at += (await writeTo(descriptor, chunk, at)).bytesWritten
    }
    await flush(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
  const directory = openSync(dirname(path), 'r')
  try {
    await flush(directory)
  } finally {
    closeSync(directory)
  }
  response.writeHead(200, { 'content-length': '0' }).end()
}

const server = createServer(
  { keepAliveTimeout: 65_000, noDelay: true, requestTimeout: 0 },
  (request, response) => {
    const path = join(root, request.url ?? '')
    const done = request.method === 'PUT' ? put(path, request, response) : get(path, response)
    done.catch((error: unknown) => {
      // Clients disconnect at the end of a round, so this error is expected. Other errors end the process.
      if (!response.destroyed && !request.destroyed) throw error
    })
  },
)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`ready http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
})
