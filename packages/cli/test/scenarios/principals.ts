import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function principalScenarios(shared: () => TestHeadgate): void {
  describe('headgate principal', () => {
    it('headgate principal create shows a working secret once', async () => {
      const { headgate } = shared()
      const made = await headgate(['principal', 'create', 'etl'])
      expect(made).toMatchObject({ code: 0, err: expect.stringContaining('cannot be shown again') })
      const [credential] = /etl:[\w-]{43}/.exec(made.out) ?? []
      const env = { HEADGATE_CREDENTIAL: credential }
      expect(await headgate(['token'], { env })).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^eyJ\S+\n$/),
      })
      expect((await headgate(['principal', 'show', 'etl'])).out).not.toContain(credential?.slice(4))
    })

    it('headgate principal create --json prints exactly the response of the server', async () => {
      const made = await shared().headgate(['principal', 'create', 'loader', '--json'])
      expect(made.json).toMatchObject({
        principal: { name: 'loader', kind: 'service', enabled: true },
        secret: { clientId: 'loader', clientSecret: expect.any(String) },
      })
      expect(made.err).toBe('')
    })

    it('headgate principal create --output writes the secret to a file that only its owner can read', async () => {
      const { headgate, directory } = shared()
      const file = join(directory, 'reader.credential')
      const made = await headgate(['principal', 'create', 'reader', '--output', file])
      const text = await readFile(file, 'utf8')
      expect(text).toMatch(/^reader:[\w-]{43}\n$/)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect(made.out + made.err).not.toContain(text.slice(7).trim())
      expect(await headgate(['token', '--credential-file', file])).toMatchObject({ code: 0 })
    })

    it('headgate principal create creates no principal when the file of --output exists', async () => {
      const { headgate } = shared()
      const refused = await headgate(['principal', 'create', 'unknown', '--output', 'reader.credential'])
      expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('already') })
      expect(await headgate(['principal', 'show', 'unknown'])).toMatchObject({ code: 1 })
    })

    it('headgate principal create leaves no file when the server refuses the creation', async () => {
      const { headgate, directory } = shared()
      expect(await headgate(['principal', 'create', 'etl', '--output', 'second'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('A principal with the name etl already exists.'),
      })
      await expect(stat(join(directory, 'second'))).rejects.toThrow('ENOENT')
    })

    it('headgate principal list prints each principal in one line that begins with its name', async () => {
      const { out, code } = await shared().headgate(['principal', 'list'])
      const [heading = '', ...lines] = out.trimEnd().split('\n')
      expect(code).toBe(0)
      expect(heading).toMatch(/^NAME +KIND +ENABLED +ISSUER +CREATED +SUBJECT$/)
      expect(lines.map((line) => line.split(' ')[0])).toEqual(['admin', 'etl', 'loader', 'reader'])
      expect(lines.every((line) => line.indexOf('service') === heading.indexOf('KIND'))).toBe(true)
    })

    it('headgate principal list prints all pages as one document, and a note when the list has more items than --limit', async () => {
      const { headgate } = shared()
      const all = await headgate(['principal', 'list', '--json'])
      expect(all.json).toMatchObject({ principals: { length: 4 }, nextPageToken: null })
      const some = await headgate(['principal', 'list', '--limit', '2', '--json'])
      expect(some.json).toMatchObject({ principals: { length: 2 }, nextPageToken: expect.any(String) })
      expect((await headgate(['principal', 'list', '--limit', '2'])).err).toContain('more')
      const none = await headgate(['principal', 'list', '--name', 'unknown'])
      expect(none).toMatchObject({ code: 0, out: '', err: expect.stringContaining('no principals') })
    })

    it('headgate principal shows the principal after disable, enable and stop-sessions', async () => {
      const { headgate } = shared()
      expect((await headgate(['principal', 'disable', 'etl'])).out).toMatch(/enabled +no/)
      expect((await headgate(['principal', 'enable', 'etl', '--json'])).json).toMatchObject({ enabled: true })
      expect((await headgate(['principal', 'stop-sessions', 'etl'])).out).toMatch(/enabled +yes/)
    })

    it('headgate principal adds a second secret with rotate, and deletes the first with drop-old-secret', async () => {
      const { headgate, directory } = shared()
      const old = {
        HEADGATE_CREDENTIAL: (await readFile(join(directory, 'reader.credential'), 'utf8')).trim(),
      }
      const rotated = await headgate(['principal', 'rotate', 'reader', '--json'])
      const { clientSecret } = rotated.json as { clientSecret: string }
      const young = { HEADGATE_CREDENTIAL: `reader:${clientSecret}` }
      expect(await headgate(['token'], { env: old })).toMatchObject({ code: 0 })
      expect(await headgate(['token'], { env: young })).toMatchObject({ code: 0 })
      expect(await headgate(['principal', 'rotate', 'reader'])).toMatchObject({ code: 1 })
      expect(await headgate(['principal', 'drop-old-secret', 'reader', '--yes', '--json'])).toMatchObject({
        code: 0,
        json: {},
      })
      expect(await headgate(['token'], { env: old })).toMatchObject({ code: 4 })
      expect(await headgate(['token'], { env: young })).toMatchObject({ code: 0 })
    })

    it('headgate principal shows the secret of an access key once, lists access keys, and removes one', async () => {
      const { headgate, directory } = shared()
      const made = await headgate(['principal', 'access-key', 'add', 'reader'])
      expect(made).toMatchObject({ code: 0, err: expect.stringContaining('cannot be shown again') })
      const [, first = '', secret = ''] = /(HGAK\S+)\s+secret +(\S{43})/.exec(made.out) ?? []
      const file = join(directory, 'aws')
      const more = await headgate(['principal', 'access-key', 'add', 'reader', '--output', 'aws'])
      expect(more).toMatchObject({ code: 0, out: expect.not.stringMatching(/secret/) })
      expect(await readFile(file, 'utf8')).toMatch(
        /^\[default\]\naws_access_key_id = HGAK\S+\naws_secret_access_key = [\w-]{43}\n$/,
      )
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect(await headgate(['principal', 'access-key', 'add', 'reader', '--output', 'aws'])).toMatchObject({
        code: 2,
      })
      expect(await headgate(['principal', 'access-key', 'add', 'reader'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('two access keys'),
      })
      const listed = await headgate(['principal', 'access-key', 'list', 'reader'])
      expect(listed.out).toContain(first)
      expect(listed.out + (await headgate(['principal', 'show', 'reader'])).out).not.toContain(secret)
      const removed = await headgate(['principal', 'access-key', 'remove', 'reader', first, '--yes'])
      expect(removed).toMatchObject({
        code: 0,
        out: expect.stringContaining('no longer authenticates reader'),
      })
      expect((await headgate(['principal', 'access-key', 'list', 'reader', '--json'])).json).toMatchObject({
        accessKeys: { length: 1 },
      })
    })

    it('headgate principal rotate --output replaces the file of the secret', async () => {
      const { headgate, directory } = shared()
      const file = join(directory, 'reader.credential')
      const before = await readFile(file, 'utf8')
      expect((await headgate(['principal', 'rotate', 'reader', '--output', file, '--json'])).json).toEqual({
        clientId: 'reader',
      })
      expect(await readFile(file, 'utf8')).not.toBe(before)
      expect(await headgate(['token', '--credential-file', file])).toMatchObject({ code: 0 })
    })

    it('headgate principal delete deletes a principal only after a confirmation on the terminal', async () => {
      const { headgate } = shared()
      const no = await headgate(['principal', 'delete', 'loader'], { terminal: 'n\n' })
      expect(no).toMatchObject({ code: 6, err: expect.stringContaining('[y/N]') })
      expect(await headgate(['principal', 'delete', 'loader'], { terminal: '' })).toMatchObject({ code: 6 })
      expect(await headgate(['principal', 'delete', 'loader'], { terminal: 'y\n' })).toMatchObject({
        code: 0,
      })
      expect(await headgate(['principal', 'show', 'loader'])).toMatchObject({ code: 1 })
    })

    it('headgate principal delete requires --yes without a terminal', async () => {
      const { headgate } = shared()
      const refused = await headgate(['principal', 'delete', 'etl'])
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
      expect(await headgate(['principal', 'delete', 'etl', '--yes'])).toMatchObject({
        code: 0,
        out: 'The principal etl is deleted.\n',
      })
    })
  })
}
