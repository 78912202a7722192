import { AuthRegistry } from '@headgate/auth'
import { startHttpServer } from '@headgate/testkit'
import { describe, expect, it } from 'vitest'
import { createSourceRequest } from './source-request.ts'

/** Returns the function that sends requests to a source without authentication. */
async function sourceAt(url: string): Promise<Parameters<typeof createSourceRequest>[0]> {
  const auth = await new AuthRegistry().create(
    { 'rest.auth.type': 'none' },
    { uri: url, warn: () => undefined },
  )
  return { role: 'source', url, auth }
}

describe('createSourceRequest', () => {
  it('a request to the source of an import stops waiting for a body that does not arrive in time', async () => {
    await using server = await startHttpServer((_, response) => void response.writeHead(200).write('{'))
    const request = createSourceRequest(await sourceAt(server.url), 200)
    await expect(request(new URL('/grants', server.url), 'GET')).rejects.toThrow(
      'The response of the source to GET /grants could not be read.',
    )
  })

  it('a request to the source of an import refuses a body of more than 64 MiB', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    await using server = await startHttpServer((_, response) => {
      response.writeHead(200)
      for (let count = 0; count < 65; count++) response.write(chunk)
      response.end()
    })
    const request = createSourceRequest(await sourceAt(server.url), 10_000)
    await expect(request(new URL('/grants', server.url), 'GET')).rejects.toThrow('larger than 64 MiB')
  })

  it('a request to the source of an import does not follow a redirect, so that the credential reaches only the source', async () => {
    await using other = await startHttpServer((_, response) => void response.end('{}'))
    await using server = await startHttpServer(
      (_, response) => void response.writeHead(302, { location: other.url }).end(),
    )
    const request = createSourceRequest(await sourceAt(server.url), 1000)
    expect(await request(new URL('/grants', server.url), 'GET')).toMatchObject({ status: 302 })
    expect(other.received).toEqual([])
  })
})
