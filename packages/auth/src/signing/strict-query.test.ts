import fc from 'fast-check'
import { expect, it } from 'vitest'
import { strictQuery } from './strict-query.ts'

it.each([
  ['/a+b', '/a+b'],
  ["/a!'?", "/a!'?"],
  ['/?uploads', '/?uploads'],
  ['/?a=b+c&&d=', '/?a=b%20c&d='],
  ["/?a=!'()*,:@/?[]{}|", '/?a=%21%27%28%29%2A%2C%3A%40%2F%3F%5B%5D%7B%7D%7C'],
  ['/?%7e=%2f%41', '/?~=%2FA'],
  ['/?a=100%&b=%zz', '/?a=100%25&b=%25zz'],
  ['/?a=b=c', '/?a=b%3Dc'],
])('strictQuery converts %s to %s', (target, strict) => {
  expect(strictQuery(target)).toBe(strict)
})

it('strictQuery keeps the decoded parameters and the path, and does not change its own result', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true }),
      fc.array(fc.tuple(fc.string(), fc.string())),
      (url, pairs) => {
        const wild = new URL(url)
        for (const [name, value] of pairs) wild.searchParams.append(name, value)
        const strict = strictQuery(wild.pathname + wild.search)
        const read = new URL(wild.origin + strict)
        expect([...read.searchParams]).toEqual([...wild.searchParams])
        expect(read.pathname).toBe(wild.pathname)
        expect(strictQuery(strict)).toBe(strict)
      },
    ),
  )
})
