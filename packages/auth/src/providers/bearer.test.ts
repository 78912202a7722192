import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { aRequest, create, headerAfter, messageOf, testClock } from '../../test/context.ts'

const refused = new Response(null, { status: 401 })

async function tokenFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bearer-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'token')
  await writeFile(path, text)
  return path
}

it('sends the token', async () => {
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'abc' })
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer abc')
})

it('needs no type when a token is all there is', async () => {
  expect(await headerAfter(await create({ token: 'abc' }), 'authorization')).toBe('Bearer abc')
})

it('asks for no second try with a token that it cannot renew', async () => {
  const auth = await create({ token: 'abc' })
  expect(auth.onResponse).toBeUndefined()
})

it('reads the file again while it is used', async () => {
  const clock = testClock()
  const path = await tokenFile('one\n')
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': path }, clock)
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer one')
  await writeFile(path, 'two\n')
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer one')
  clock.advance(10_000)
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer two')
})

it('reads the file at once when its token was refused, and asks for another try if there is a new one', async () => {
  const path = await tokenFile('one')
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': path })
  const sent = await auth.authenticate(aRequest())
  expect(await auth.onResponse?.(refused, sent)).toBeUndefined()
  await writeFile(path, 'two')
  expect(await auth.onResponse?.(new Response(null, { status: 403 }), sent)).toBeUndefined()
  expect(await auth.onResponse?.(new Response(null, { status: 419 }), sent)).toBe('retry')
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer two')
})

it('a file with a token of somebody else ends the session instead of changing who it is', async () => {
  const clock = testClock()
  const tokenOf = (sub: string, jti: string): string =>
    `e30.${btoa(JSON.stringify({ sub, jti })).replaceAll('=', '')}.sig`
  const path = await tokenFile(tokenOf('alice', '1'))
  const auth = await create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': path }, clock)
  await writeFile(path, tokenOf('alice', '2'))
  clock.advance(10_000)
  expect(await headerAfter(auth, 'authorization')).toContain(tokenOf('alice', '2'))
  await writeFile(path, tokenOf('mallory', '3'))
  clock.advance(10_000)
  expect(await messageOf(auth.authenticate(aRequest()))).toContain('the renewal is for another subject')
})

it('a file that is missing shows when the client connects', async () => {
  const properties = { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': '/nowhere/token' }
  expect(await messageOf(create(properties))).toMatch(
    /^rest\.auth\.bearer\.token-file: \/nowhere\/token cannot be read/,
  )
})

it.each(['two words', 'a\r\nX-Injected: 1', 'caf\u00e9', ''])(
  'refuses %j, and does not repeat it',
  async (token) => {
    const message = await messageOf(create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': token }))
    expect(message).toBe('rest.auth.bearer.token must be one word of visible ASCII characters')
  },
)

it('refuses both, and neither', async () => {
  const message = 'Set one of rest.auth.bearer.token and rest.auth.bearer.token-file'
  expect(await messageOf(create({ 'rest.auth.type': 'bearer' }))).toBe(message)
  const both = { 'rest.auth.type': 'bearer', token: 'a', 'rest.auth.bearer.token-file': 'b' }
  expect(await messageOf(create(both))).toBe(message)
})

it('gives the token itself, with its end when it is a JWT', async () => {
  const jwt = `e30.${btoa(JSON.stringify({ exp: 1_900_000_000 })).replaceAll('=', '')}.sig`
  const token = await (await create({ token: jwt })).token?.()
  expect(token?.value.reveal()).toBe(jwt)
  expect(token?.expiresAt).toBe(1_900_000_000_000)
})
