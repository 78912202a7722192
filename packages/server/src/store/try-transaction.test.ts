import { describe, expect, it } from 'vitest'
import { testStore } from '../../test/store/database.ts'
import { statement } from './sql.ts'
import { tryTransaction } from './try-transaction.ts'

const create = statement('test_create', 'create table t (n int)')
const insert = statement('test_insert', 'insert into t values ($1)')
const select = statement('test_select', 'select n from t order by n')

describe('tryTransaction', () => {
  it('tryTransaction commits when its callback returns true, and rolls back when the callback returns false or throws', async () => {
    await using store = await testStore()
    const { sql } = store
    await sql.run(create)
    const attempt = (n: number, result: () => boolean): Promise<boolean> =>
      tryTransaction(sql, async (tx) => {
        await tx.run(insert, [n])
        return result()
      })
    expect(await attempt(1, () => true)).toBe(true)
    expect(await attempt(2, () => false)).toBe(false)
    const failure = new Error('failure')
    const fail = (): never => {
      throw failure
    }
    await expect(attempt(3, fail)).rejects.toBe(failure)
    expect(await sql.run(select)).toEqual([{ n: 1 }])
  })
})
