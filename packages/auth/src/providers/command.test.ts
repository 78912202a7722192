import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { parseCommandLine } from '../node/run-command.ts'
import { aRequest, create, headerAfter, catchMessage, testClock } from '../../test/context.ts'
import { parseCommandOutput } from './command-output.ts'

const NOW = Date.UTC(2026, 0, 1)

/** Creates a program that counts its runs in `n` and executes the statement `print`. */
async function createProgram(print: string): Promise<{ command: string; runs: () => Promise<number> }> {
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

it('the command provider sends the token that the program prints, and runs the program once', async () => {
  const { command, runs } = await createProgram('console.log(`token-${n}`)')
  const auth = await create({ 'rest.auth.type': 'command', 'rest.auth.command.command': command })
  const values = await Promise.all(Array.from({ length: 5 }, () => headerAfter(auth, 'authorization')))
  expect(new Set(values)).toEqual(new Set(['Bearer token-1']))
  expect(await runs()).toBe(1)
})

it('the command provider runs the program again when the token has expired', async () => {
  const clock = testClock(NOW)
  const { command, runs } = await createProgram(
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

it('the command provider runs the program again when the token is refused', async () => {
  const clock = testClock()
  const { command } = await createProgram('console.log(`t${n}`)')
  const auth = await create({ 'rest.auth.type': 'command', 'rest.auth.command.command': command }, clock)
  const sent = await auth.authenticate(aRequest())
  clock.advance(60_000)
  expect(await auth.onResponse?.(new Response(null, { status: 401 }), sent)).toBe('retry')
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer t2')
})

it('the command provider removes secrets of a server from the environment of the program', async () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of [
    'HEADGATE_MASTER_KEY',
    'HEADGATE_MASTER_KEY_PREVIOUS',
    'HEADGATE_DATABASE_URL',
    'HOME_OF_TEST',
  ])
    vi.stubEnv(name, 'seen')
  const { command } = await createProgram(
    `console.log(Object.keys(process.env).filter((name) => process.env[name] === 'seen').join('.'))`,
  )
  const auth = await create({ 'rest.auth.type': 'command', 'rest.auth.command.command': command })
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer HOME_OF_TEST')
})

it('the command provider sends the token in another header, without a scheme', async () => {
  const { command } = await createProgram('console.log("k")')
  const auth = await create({
    'rest.auth.type': 'command',
    'rest.auth.command.command': command,
    'rest.auth.command.header': 'x-api-key',
    'rest.auth.command.scheme': 'none',
  })
  expect(await headerAfter(auth, 'x-api-key')).toBe('k')
})

it.each([
  ['process.exit(3)', 'exited with code 3: run it in a terminal to see the reason'],
  ['setTimeout(() => {}, 60_000)', 'No credentials arrived within 500 ms'],
  ['process.stdout.write("x".repeat(3_000_000))', 'printed more than 1 MiB'],
  ['console.log("sesame two words")', 'must be one word of visible ASCII characters'],
  ['console.log("{ sesame")', 'is not a valid JSON object'],
  ['console.log(JSON.stringify({ secret: "sesame" }))', 'must be a token, or a JSON object'],
])('the command provider refuses the program %s when it is created', async (print, expected) => {
  const { command } = await createProgram(print)
  const properties = {
    'rest.auth.type': 'command',
    'rest.auth.command.command': command,
    'rest.auth.command.timeout-ms': print.includes('setTimeout') ? 500 : 20_000,
  }
  const message = await catchMessage(create(properties))
  expect(message).toContain(expected)
  expect(message).not.toContain('sesame')
})

it('the command provider refuses a program that does not exist', async () => {
  const properties = { 'rest.auth.type': 'command', 'rest.auth.command.command': 'no-such-program-here' }
  expect(await catchMessage(create(properties))).toContain('no-such-program-here could not be started')
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
])('parseCommandOutput reads %s', (output, value, expiresAt) => {
  const token = parseCommandOutput(output, 'it', NOW)
  expect(token.value.reveal()).toBe(value)
  expect(token.expiresAt).toBe(expiresAt)
})

it.each([
  [`a b  c`, ['a', 'b', 'c']],
  [`'a b' "c \\" d" e\\ f ''`, ['a b', 'c " d', 'e f', '']],
  [`gcloud auth print-access-token`, ['gcloud', 'auth', 'print-access-token']],
  [`a;b $(c)`, ['a;b', '$(c)']],
])('parseCommandLine splits the command line %s', (line, words) => {
  expect(parseCommandLine(line, 'x')).toEqual(words)
})

it.each(['', '  ', `a "b`])('parseCommandLine refuses the command line %j', (line) => {
  expect(() => parseCommandLine(line, 'x')).toThrow('with closed quotes')
})
