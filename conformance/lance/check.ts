import type { Check as AnyCheck } from '../lib/run-checks.ts'
import type { Wire } from './wire.ts'

/** Server under test, with the callers whose requests the checks send. */
export interface Fixture {
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
  readonly wire: Wire
  /** Returns a name that no other check of the run uses. */
  name(): string
  /**
   * Callers with fewer rights, and the audit log. Null for servers that the suite did not start, because it has no
   * such callers there.
   */
  readonly access: AccessFixture | null
}

/** Callers with limited rights and the audit log of a server that the suite started. */
export interface AccessFixture {
  /** Sends requests of a caller without any right. */
  readonly stranger: Wire
  readonly reader: Wire
  /** Grants `select` on a table to the caller `reader`. */
  grantRead(namespace: string, table: string): Promise<void>
  /** Returns the names of the operations in the audit events about an object of the warehouse. */
  audited(object: string): Promise<readonly string[]>
}

export type Check = AnyCheck<Fixture>

/** Creates a check from a sentence that states the required behavior. The sentence is also the name of the check. */
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
