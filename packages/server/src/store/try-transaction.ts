import type { Queryable, Sql } from './sql.ts'

/**
 * Runs `work` in one transaction. Rolls the transaction back and returns false when `work` returns false, which means
 * that a row on which the change depends was changed by another transaction.
 *
 * @throws the same errors as `Sql.transaction`
 */
export async function tryTransaction(sql: Sql, work: (tx: Queryable) => Promise<boolean>): Promise<boolean> {
  const rolledBack = new Error('the transaction was rolled back')
  try {
    await sql.transaction(async (tx) => {
      if (!(await work(tx))) throw rolledBack
    })
    return true
  } catch (error) {
    if (error === rolledBack) return false
    throw error
  }
}
