import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { aRequest, create, headerAfter, catchMessage, testClock } from '../../test/context.ts'

const refusal = new Response(null, { status: 401 })

async function tokenFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bearer-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'token')
  await writeFile(path, text)
  return path
}

it('the bearer provider sends the token', async () => {
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'abc' })
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer abc')
})

it('a token without a type selects the bearer provider', async () => {
  expect(await headerAfter(await create({ token: 'abc' }), 'authorization')).toBe('Bearer abc')
})

it('the bearer provider requests no second attempt for a token that cannot be renewed', async () => {
  const auth = await create({ token: 'abc' })
  expect(auth.onResponse).toBeUndefined()
})

it('the bearer provider reads the file again after ten seconds', async () => {
  const clock = testClock()
  const path = await tokenFile('one\n')
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': path }, clock)
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer one')
  await writeFile(path, 'two\n')
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer one')
  clock.advance(10_000)
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer two')
})

it('the bearer provider reads the file at once after a refusal, and requests another attempt for a new token', async () => {
  const path = await tokenFile('one')
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': path })
  const sent = await auth.authenticate(aRequest())
  expect(await auth.onResponse?.(refusal, sent)).toBeUndefined()
  await writeFile(path, 'two')
  expect(await auth.onResponse?.(new Response(null, { status: 403 }), sent)).toBeUndefined()
  expect(await auth.onResponse?.(new Response(null, { status: 419 }), sent)).toBe('retry')
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer two')
})

it('the bearer provider ends the session when its file contains the token of another user', async () => {
  const clock = testClock()
  const createToken = (sub: string, jti: string): string =>
    `e30.${btoa(JSON.stringify({ sub, jti })).replaceAll('=', '')}.sig`
  const path = await tokenFile(createToken('alice', '1'))
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': path }, clock)
  await writeFile(path, createToken('alice', '2'))
  clock.advance(10_000)
  expect(await headerAfter(auth, 'authorization')).toContain(createToken('alice', '2'))
  await writeFile(path, createToken('mallory', '3'))
  clock.advance(10_000)
  expect(await catchMessage(auth.authenticate(aRequest()))).toContain(
    'the renewed credential is for another subject',
  )
})

it('the bearer provider refuses a missing file when it is created', async () => {
  const properties = { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': '/nowhere/token' }
  expect(await catchMessage(create(properties))).toMatch(
    /^rest\.auth\.bearer\.token-file: \/nowhere\/token cannot be read/,
  )
})

it.each(['two words', 'a\r\nX-Injected: 1', 'caf\u00e9', ''])(
  'the bearer provider refuses the token %j without showing it',
  async (token) => {
    const message = await catchMessage(
      create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': token }),
    )
    expect(message).toBe('rest.auth.bearer.token must be one word of visible ASCII characters')
  },
)

it('the bearer provider refuses a configuration with both a token and a file, and one with neither', async () => {
  const message = 'Set one of rest.auth.bearer.token and rest.auth.bearer.token-file'
  expect(await catchMessage(create({ 'rest.auth.type': 'bearer' }))).toBe(message)
  const both = { 'rest.auth.type': 'bearer', token: 'a', 'rest.auth.bearer.token-file': 'b' }
  expect(await catchMessage(create(both))).toBe(message)
})

it('the bearer provider returns its token, with the expiry if the token is a JWT', async () => {
  const jwt = `e30.${btoa(JSON.stringify({ exp: 1_900_000_000 })).replaceAll('=', '')}.sig`
  const token = await (await create({ token: jwt })).token?.()
  expect(token?.value.reveal()).toBe(jwt)
  expect(token?.expiresAt).toBe(1_900_000_000_000)
})
