import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('each SQL statement that writes a commit record checks the policy version again after it has waited for locks', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => /^[a-z-]+\.ts$/.test(file))
  const unchecked: string[] = []
  for (const file of files) {
    if (file === 'commit-record.ts') continue
    const statements = readFileSync(join(import.meta.dirname, file), 'utf8').split(/\bstatement\(/)
    for (const text of statements) {
      if (/\$\{(recordSql\(|eachRecordSql\})/.test(text) && !text.includes('${permittedSql('))
        unchecked.push(`${file}: ${text.slice(0, 60)}`)
    }
  }
  expect(unchecked).toEqual([])
})
