import { randomUUID } from 'node:crypto'
import type { Lab } from './lab.ts'
import type { Trap } from './trap.ts'
import { credentialOf, type WorldOptions } from './world.ts'

/** A server of this run as a suite sees it: a client that may use its warehouse, and everything that can be set up. */
export async function ownWorld(lab: Lab, trap: Trap): Promise<WorldOptions> {
  const client = await lab.client(`client-${randomUUID().slice(0, 8)}`)
  await lab.grant(client.name, 'use', {})
  return {
    uri: lab.uri,
    tokenUri: lab.tokenUri,
    warehouse: lab.warehouse,
    scope: 'catalog',
    client: credentialOf(client),
    engine: undefined,
    mayGuess: true,
    lab,
    trap,
  }
}
