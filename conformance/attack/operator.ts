import { type EmbeddedDatabase, embeddedDatabase } from '../lib/embedded-database.ts'
import type { Send } from '../refresh/catalog-client.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import type { Fixture } from './fixture.ts'
import type { People } from './set-up.ts'

/**
 * Access of the operator of the attacked server: its management API as administrator, its principals and its database.
 */
export interface Operator {
  /** Origin of the server, such as `http://127.0.0.1:8181`. */
  readonly origin: string
  /** Sends requests to `/management/v1/…` as the administrator. */
  readonly manage: Send
  /** Request headers that authenticate each principal. */
  readonly people: People
  /** Creates a principal without any grant, and returns its request headers. */
  principal(name: string): Promise<Readonly<Record<string, string>>>
  readonly database: EmbeddedDatabase
}

export function openOperator({ server, manage, principal }: OwnServer, people: People): Operator {
  return {
    origin: server.origin,
    manage,
    people,
    principal: (name) => principal(name),
    database: embeddedDatabase(server),
  }
}

/** Returns the operator of a fixture. Throws if the fixture has none. */
export function operatorIn({ operator }: Fixture): Operator {
  if (operator === undefined) throw new Error('The fixture has no operator who can change the server.')
  return operator
}

/** Returns the reason why a suite that needs an operator cannot run with this fixture, or undefined if it can. */
export function withoutOperator({ operator }: Fixture): string | undefined {
  return operator === undefined ? 'there is no server with an operator' : undefined
}
