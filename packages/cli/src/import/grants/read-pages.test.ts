import { describe, expect, it } from 'vitest'
import { readAllPages } from './read-pages.ts'

describe('readAllPages', () => {
  it('readAllPages reads pages until a page has no token', async () => {
    const pages: Readonly<Record<string, { items: number[]; next: string | null }>> = {
      first: { items: [1], next: 'a' },
      a: { items: [], next: 'b' },
      b: { items: [2, 3], next: null },
    }
    const items = await readAllPages((token = 'first') =>
      Promise.resolve(pages[token] ?? { items: [], next: null }),
    )
    expect(items).toEqual([1, 2, 3])
  })

  it('readAllPages refuses a list whose tokens repeat', async () => {
    const list = readAllPages((token) => Promise.resolve({ items: [1], next: token === 'a' ? 'b' : 'a' }))
    await expect(list).rejects.toThrow('a list that does not end')
  })
})
