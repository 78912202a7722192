import type { Sql, Statement } from '../../src/store/sql.ts'
import { replaceMethods } from './replace-methods.ts'

/** A fault that occurs once, directly before the named statement or a `COMMIT` is sent. */
export interface Break {
  readonly what: string
  /** Causes the fault. The returned function is called after the statement has failed. */
  act(): () => void
}

/** Wraps a database client so that the connection fails at a statement that a test names. */
export class Breaking {
  next: Break | undefined

  wrap(sql: Sql): Sql {
    return replaceMethods(sql, {
      run: (statement: Statement, values?: readonly unknown[]) =>
        this.#at(statement.name, () => sql.run<never>(statement, values)),
      transaction: (work, options) => {
        let heal: (() => void) | undefined
        return sql
          .transaction(async (tx) => {
            const result = await work(tx)
            if (this.next?.what === 'COMMIT') {
              heal = this.next.act()
              this.next = undefined
            }
            return result
          }, options)
          .catch((error: unknown) => {
            heal?.()
            throw error
          })
      },
    })
  }

  async #at<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.next?.what !== what) return work()
    const { act } = this.next
    this.next = undefined
    const heal = act()
    try {
      return await work()
    } catch (error) {
      heal()
      throw error
    }
  }
}
