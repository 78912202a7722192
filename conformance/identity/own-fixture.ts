import { randomUUID } from 'node:crypto'
import type { Lab } from './lab.ts'
import type { Trap } from './trap.ts'
import { toCredential, type FixtureOptions } from './fixture.ts'

/**
 * Returns the fixture options for a server that this run has started: a client that may use the warehouse, permission
 * to guess secrets, and access to the configuration of the server.
 */
export async function openOwnFixture(lab: Lab, trap: Trap): Promise<FixtureOptions> {
  const client = await lab.client(`client-${randomUUID().slice(0, 8)}`)
  await lab.grant(client.name, 'use', {})
  return {
    uri: lab.uri,
    tokenUri: lab.tokenUri,
    warehouse: lab.warehouse,
    scope: 'catalog',
    client: toCredential(client),
    engine: undefined,
    mayGuess: true,
    lab,
    trap,
  }
}
