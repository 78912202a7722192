import { testServer } from '../server.ts'
import type { TwoReplicas } from './commits-properties.ts'

/** Starts a server and a second replica on the same database and storage. */
export async function twoReplicas(): Promise<TwoReplicas> {
  const server = await testServer()
  return {
    server,
    sends: [server.send, await server.replica()],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
