import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { wordsOf } from '../node/run-command.ts'
import { aRequest, create, headerAfter, messageOf, testClock } from '../../test/context.ts'
import { readCommandOutput } from './command-output.ts'

const NOW = Date.UTC(2026, 0, 1)

/** A program that counts how often it ran and prints what `print` makes of that. */
async function program(print: string): Promise<{ command: string; runs: () => Promise<number> }> {
  const folder = await mkdtemp(join(tmpdir(), 'command-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const count = join(folder, 'count')
  await writeFile(count, '')
  const script = join(folder, 'print token.mjs')
  await writeFile(
    script,
    `import { appendFileSync, readFileSync } from 'node:fs'
     appendFileSync(${JSON.stringify(count)}, '.')
     const n = readFileSync(${JSON.stringify(count)}).length
     ${print}`,
  )
  return { command: `"${process.execPath}" "${script}"`, runs: async () => (await readFile(count)).length }
}

it('sends what the program prints, and runs it once', async () => {
  const { command, runs } = await program('console.log(`token-${n}`)')
  const auth = await create({ 'rest.auth.type': 'command', 'rest.auth.command.command': command })
  const values = await Promise.all(Array.from({ length: 5 }, () => headerAfter(auth, 'authorization')))
  expect(new Set(values)).toEqual(new Set(['Bearer token-1']))
  expect(await runs()).toBe(1)
})

it('runs it again when its output has ended', async () => {
  const clock = testClock(NOW)
  const { command, runs } = await program(
    `console.log(JSON.stringify({ access_token: 't' + n, expiry: new Date(${NOW} + n * 3600_000) }))`,
  )
  const auth = await create({ 'rest.auth.type': 'command', 'rest.auth.command.command': command }, clock)
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer t1')
  clock.advance(3_000_000)
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer t1')
  expect(await runs()).toBe(1)
  clock.advance(600_000)
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer t2')
})

it('runs it again when the token is refused', async () => {
  const clock = testClock()
  const { command } = await program('console.log(`t${n}`)')
  const auth = await create({ 'rest.auth.type': 'command', 'rest.auth.command.command': command }, clock)
  const sent = await auth.authenticate(aRequest())
  clock.advance(60_000)
  expect(await auth.onResponse?.(new Response(null, { status: 401 }), sent)).toBe('retry')
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer t2')
})

it('keeps the secrets of a server out of the environment of the program', async () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of [
    'HEADGATE_MASTER_KEY',
    'HEADGATE_MASTER_KEY_PREVIOUS',
    'HEADGATE_DATABASE_URL',
    'HOME_OF_TEST',
  ])
    vi.stubEnv(name, 'seen')
  const { command } = await program(
    `console.log(Object.keys(process.env).filter((name) => process.env[name] === 'seen').join('.'))`,
  )
  const auth = await create({ 'rest.auth.type': 'command', 'rest.auth.command.command': command })
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer HOME_OF_TEST')
})

it('sends it in another header, without a scheme', async () => {
  const { command } = await program('console.log("k")')
  const auth = await create({
    'rest.auth.type': 'command',
    'rest.auth.command.command': command,
    'rest.auth.command.header': 'x-api-key',
    'rest.auth.command.scheme': 'none',
  })
  expect(await headerAfter(auth, 'x-api-key')).toBe('k')
})

it.each([
  ['process.exit(3)', 'ended with code 3: run it in a terminal to see why'],
  ['setTimeout(() => {}, 60_000)', 'No credentials came within 500 ms'],
  ['process.stdout.write("x".repeat(3_000_000))', 'printed more than 1 MiB'],
  ['console.log("sesame two words")', 'must be one word of visible ASCII characters'],
  ['console.log("{ sesame")', 'begins like a JSON object, but is none'],
  ['console.log(JSON.stringify({ secret: "sesame" }))', 'must be a token, or a JSON object'],
])('a program that does %s is told when the client connects', async (print, message) => {
  const { command } = await program(print)
  const properties = {
    'rest.auth.type': 'command',
    'rest.auth.command.command': command,
    'rest.auth.command.timeout-ms': print.includes('setTimeout') ? 500 : 20_000,
  }
  const said = await messageOf(create(properties))
  expect(said).toContain(message)
  expect(said).not.toContain('sesame')
})

it('a program that is not there is told', async () => {
  const properties = { 'rest.auth.type': 'command', 'rest.auth.command.command': 'no-such-program-here' }
  expect(await messageOf(create(properties))).toContain('no-such-program-here could not be started')
})

it.each([
  ['abc', 'abc', undefined],
  ['{"token":"a","expires_in":60}', 'a', NOW + 60_000],
  ['{"access_token":"a","expiry":"2026-01-01T01:00:00Z"}', 'a', NOW + 3_600_000],
  ['{"accessToken":"a","expiresOn":"2026-01-01 00:00:00","expires_on":1767229200}', 'a', 1_767_229_200_000],
  [
    '{"kind":"ExecCredential","status":{"token":"a","expirationTimestamp":"2026-01-01T01:00:00Z"}}',
    'a',
    NOW + 3_600_000,
  ],
])('reads %s', (output, value, expiresAt) => {
  const token = readCommandOutput(output, 'it', NOW)
  expect(token.value.reveal()).toBe(value)
  expect(token.expiresAt).toBe(expiresAt)
})

it.each([
  [`a b  c`, ['a', 'b', 'c']],
  [`'a b' "c \\" d" e\\ f ''`, ['a b', 'c " d', 'e f', '']],
  [`gcloud auth print-access-token`, ['gcloud', 'auth', 'print-access-token']],
  [`a;b $(c)`, ['a;b', '$(c)']],
])('the words of %s', (line, words) => {
  expect(wordsOf(line, 'x')).toEqual(words)
})

it.each(['', '  ', `a "b`])('refuses the command line %j', (line) => {
  expect(() => wordsOf(line, 'x')).toThrow('with quotes in pairs')
})
