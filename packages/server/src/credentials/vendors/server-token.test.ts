import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readServerToken } from './server-token.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const key = new Uint8Array(32)
const tokenUntil = (ms: number): Promise<string> =>
  new SignJWT({ sub: 'headgate' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(ms / 1000)
    .sign(key)

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-token-'))
  file = join(folder, 'token')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('readServerToken', () => {
  test('readServerToken returns the current content of the file, also right after the file was replaced', async () => {
    const [first, second] = await Promise.all([tokenUntil(now + 60_000), tokenUntil(now + 120_000)])
    await writeFile(file, `${first}\n`)
    expect(await readServerToken(file, now)).toBe(first)
    await writeFile(join(folder, 'next'), second)
    await rename(join(folder, 'next'), file)
    expect(await readServerToken(file, now)).toBe(second)
  })

  test.each<[string, () => Promise<string | null>, RegExp]>([
    ['no file is configured', () => Promise.resolve(null), /Set HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE/],
    ['the file is missing', () => Promise.resolve(join(folder, 'missing')), /cannot be read \(ENOENT\)/],
    ['it is a directory', () => Promise.resolve(folder), /cannot be read \(EISDIR\)/],
    ['it is empty', () => written(''), /does not contain a token/],
    ['it contains other text', () => written('password'), /does not contain a token/],
    ['it is larger than the limit', () => written('a'.repeat(100_000)), /does not contain a token/],
    ['the token has expired', async () => written(await tokenUntil(now)), /expired at 2026-01-01T00:00:00/],
  ])(
    'readServerToken answers unavailable when %s, and the message does not contain the content of the file',
    async (_, make, message) => {
      const refused = readServerToken(await make(), now)
      await expect(refused).rejects.toMatchObject({ code: 'unavailable' })
      await expect(refused).rejects.toThrow(message)
      await expect(refused).rejects.not.toThrow(/password|eyJ/)
    },
  )
})

async function written(content: string): Promise<string> {
  await writeFile(file, content)
  return file
}
