import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { resolveSecret, withoutClientId } from './resolve-secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'headgate-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('resolveSecret', () => {
  it('resolveSecret reads secrets from variables, and from files relative to the folder of the document', () => {
    writeFileSync(join(folder, 'key'), ' abc \n')
    writeFileSync(join(folder, 'empty'), '\n')
    const read = (reference: { env: string } | { file: string }) =>
      resolveSecret({ env: { SET: 'x', EMPTY: '' } }, reference, folder)
    expect(read({ env: 'SET' })).toEqual({ secret: 'x' })
    expect(read({ file: 'key' })).toEqual({ secret: 'abc' })
    expect(read({ env: 'EMPTY' })).toEqual({ missing: 'the environment variable EMPTY is not set' })
    expect(read({ file: 'empty' })).toEqual({ missing: `the file ${join(folder, 'empty')} is empty` })
    expect(read({ file: 'none' })).toEqual({ missing: `the file ${join(folder, 'none')} cannot be read` })
  })
})

describe('withoutClientId', () => {
  it('withoutClientId returns the secret of a text that is either a secret or a client id with a secret', () => {
    expect(withoutClientId('abc', 'etl')).toBe('abc')
    expect(withoutClientId('etl:abc', 'etl')).toBe('abc')
    expect(withoutClientId('other:abc', 'etl')).toBe('other:abc')
  })
})
