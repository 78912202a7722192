import type { Check as AnyCheck } from '../lib/run-checks.ts'
import type { Wire } from './wire.ts'

/** Server under test, as the checks use it. */
export interface Fixture {
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
  readonly wire: Wire
  /** Returns a name that no other check uses. */
  name(): string
  /** Callers with fewer rights, and the audit log. Null for other servers, whose callers the suite does not know. */
  readonly access: AccessFixture | null
}

/** Parts of a server that this repository starts. */
export interface AccessFixture {
  /** Caller without any right. */
  readonly stranger: Wire
  readonly reader: Wire
  /** Grants `select` on a table to `reader`. */
  grantRead(namespace: string, table: string): Promise<void>
  /** Returns the operations of the audit events about an object of the warehouse. */
  audited(object: string): Promise<readonly string[]>
}

export type Check = AnyCheck<Fixture>

/** Creates a check. Its name is the sentence of its promise. */
export function check(about: string, run: (fixture: Fixture) => Promise<void>): Check {
  return {
    name: about,
    about,
    async run(fixture) {
      await run(fixture)
      return undefined
    },
  }
}
