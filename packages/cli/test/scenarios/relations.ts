import { type Json, stringify } from '@headgate/json'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

const snapshotId = 3_055_729_675_574_597_004n
const fields = [
  { id: 1, name: 'id', type: 'long', required: true },
  {
    id: 2,
    name: 'tags',
    type: { type: 'list', 'element-id': 3, element: 'string', 'element-required': true },
    required: false,
    doc: 'free',
  },
]

/** Creates tables and views with the requests that an engine sends. */
async function post({ url, headgate }: TestHeadgate, path: string, body: Json): Promise<void> {
  const token = (await headgate(['token'])).out.trim()
  const response = await fetch(`${url}/v1/lakehouse/namespaces/shop/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: stringify(body),
  })
  if (!response.ok) throw new Error(await response.text())
}

const newTable = (name: string): Json => ({
  name,
  schema: { type: 'struct', 'schema-id': 0, fields },
  'partition-spec': {
    'spec-id': 0,
    fields: [{ 'source-id': 1, 'field-id': 1000, transform: 'bucket[4]', name: 'by_id' }],
  },
  properties: { owner: 'shop' },
})

const snapshot = {
  'snapshot-id': snapshotId,
  'sequence-number': 1,
  'timestamp-ms': Date.parse('2026-01-31T12:00:00Z'),
  'manifest-list': 'file:///nowhere/list.avro',
  summary: { operation: 'append', 'added-records': '7', 'total-records': '7' },
  'schema-id': 0,
}

const newView = {
  name: 'recent',
  schema: { type: 'struct', 'schema-id': 0, fields: [fields[0] ?? {}] },
  'view-version': {
    'version-id': 1,
    'timestamp-ms': 1,
    'schema-id': 0,
    summary: {},
    'default-namespace': ['shop'],
    representations: [{ type: 'sql', sql: 'select id\nfrom orders', dialect: 'spark' }],
  },
  properties: {},
}

export function relationScenarios(shared: () => TestHeadgate): void {
  describe('table and view commands', () => {
    beforeAll(async () => {
      await shared().headgate(['namespace', 'create', 'shop'])
      await post(shared(), 'tables', newTable('orders'))
      await post(shared(), 'tables/orders', {
        requirements: [],
        updates: [
          { action: 'add-snapshot', snapshot },
          { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': snapshotId },
        ],
      })
      await post(shared(), 'tables', newTable('lines'))
      await post(shared(), 'views', newView)
    })

    it('table list shows the tables of a namespace or of the whole warehouse', async () => {
      const { headgate } = shared()
      expect((await headgate(['table', 'list', 'shop'])).out).toBe('TABLE\nshop.lines\nshop.orders\n')
      expect((await headgate(['table', 'list', '--json'])).json).toEqual({
        identifiers: [
          { namespace: ['shop'], name: 'lines' },
          { namespace: ['shop'], name: 'orders' },
        ],
      })
      expect((await headgate(['table', 'list', '--limit', '1'])).out).toBe('TABLE\nshop.lines\n')
      expect((await headgate(['view', 'list', 'shop'])).out).toBe('VIEW\nshop.recent\n')
    })

    it('table show prints every digit of 64-bit integers', async () => {
      const { headgate } = shared()
      const { out } = await headgate(['table', 'show', 'shop.orders', '--snapshots'])
      expect(out).toContain(`current snapshot  ${snapshotId}\n`)
      expect(out).toMatch(/partitioned by +by_id \(bucket\[4\]\)\n/)
      expect(out).toMatch(
        /\nCOLUMN +TYPE +ID +COMMENT\nid +long not null +1 *\ntags +list<string> +2 +free\n/,
      )
      expect(out).toMatch(/\nmain +branch +3055729675574597004\n/)
      expect(out).toMatch(/\n3055729675574597004 +2026-01-31 12:00:00Z +append +7 +7\n/)
      expect(out).toMatch(/\nowner +shop\n/)
      const json = await headgate(['table', 'show', 'shop.orders', '--json'])
      expect(json.json).toMatchObject({ metadata: { 'current-snapshot-id': snapshotId } })
    })

    it('table list and table show print Lance tables with --lance', async () => {
      const { url, headgate } = shared()
      const authorization = `Bearer ${(await headgate(['token'])).out.trim()}`
      const declared = await fetch(`${url}/lance/lakehouse/v1/table/shop$vectors/declare`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: '{"properties":{"team":"search"}}',
      })
      const { location } = (await declared.json()) as { location: string }
      expect((await headgate(['table', 'list', 'shop', '--lance'])).out).toBe('TABLE\nshop.vectors\n')
      expect((await headgate(['table', 'list', '--lance', '--json'])).json).toEqual({
        identifiers: [{ namespace: ['shop'], name: 'vectors' }],
      })
      const { out } = await headgate(['table', 'show', 'shop.vectors', '--lance'])
      expect(out).toContain(location)
      expect(out).toMatch(/version +none: the table is only declared\n/)
      expect(out).toMatch(/\nteam +search\n/)
      expect(await headgate(['table', 'show', 'shop.orders', '--lance'])).toMatchObject({ code: 1 })
    })

    it('view show prints the text of a view in each dialect', async () => {
      const { headgate } = shared()
      expect((await headgate(['view', 'show', 'shop.recent'])).out).toContain(
        '\nSPARK\nselect id\nfrom orders\n',
      )
      expect((await headgate(['view', 'show', 'shop.recent', '--json'])).json).toHaveProperty('metadata')
    })

    it('table protect protects a table, and table details shows the protection', async () => {
      const { headgate } = shared()
      expect((await headgate(['table', 'protect', 'shop.lines'])).out).toBe(
        'The table shop.lines is protected.\n',
      )
      const shown = (await headgate(['table', 'details', 'shop.lines'])).out
      expect(shown).toMatch(/\nprotected +yes\n/)
      expect(shown).toMatch(/\nowner +admin\n/)
      expect(await headgate(['table', 'drop', 'shop.lines', '--yes'])).toMatchObject({ code: 1 })
      expect((await headgate(['table', 'unprotect', 'shop.lines', '--json'])).json).toEqual({ changed: true })
      expect((await headgate(['view', 'protect', 'shop.recent', '--json'])).json).toEqual({ changed: true })
      expect((await headgate(['view', 'details', 'shop.recent', '--json'])).json).toMatchObject({
        kind: 'view',
        protected: true,
      })
      expect(await headgate(['view', 'unprotect', 'shop.recent'])).toMatchObject({ code: 0 })
    })

    it('table commands drop a table, list it, and restore it with its name or another name', async () => {
      const { headgate } = shared()
      expect(await headgate(['table', 'drop', 'shop.lines', '--yes'])).toMatchObject({
        code: 0,
        out: 'The table shop.lines of lakehouse is dropped.\n',
      })
      expect((await headgate(['table', 'dropped'])).out).toMatch(/\nshop\.lines .* remain +[0-9a-f-]{36}\n$/)
      expect((await headgate(['table', 'restore', 'shop.lines'])).out).toBe(
        'The table is restored as shop.lines.\n',
      )
      await headgate(['table', 'drop', 'shop.lines', '--purge', '--yes'])
      const dropped = await headgate(['table', 'dropped', 'shop', '--json'])
      expect(dropped.json).toMatchObject({ dropped: [{ name: 'lines', purge: true }], nextPageToken: null })
      const restored = await headgate(['table', 'restore', 'shop.lines', '--as', 'shop.lines2', '--json'])
      expect(restored.json).toMatchObject({ namespace: ['shop'], name: 'lines2' })
      expect(await headgate(['table', 'restore', 'shop.lines'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('`headgate table dropped`'),
      })
    })

    it('table restore requires an id if several dropped tables have the same name, and table purge deletes one', async () => {
      const { headgate } = shared()
      for (const _ of [1, 2]) {
        await post(shared(), 'tables', newTable('twice'))
        await headgate(['table', 'drop', 'shop.twice', '--yes'])
      }
      const unclear = await headgate(['table', 'restore', 'shop.twice'])
      expect(unclear).toMatchObject({
        code: 2,
        err: expect.stringContaining('2 dropped tables have the name shop.twice'),
      })
      const [id = ''] = /[0-9a-f-]{36}/.exec(unclear.err) ?? []
      expect(await headgate(['table', 'purge', id, '--yes'])).toMatchObject({ code: 0 })
      expect(await headgate(['table', 'restore', id])).toMatchObject({ code: 1 })
    })

    it('table commands rename, unregister and register a table', async () => {
      const { headgate } = shared()
      expect(await headgate(['table', 'rename', 'shop.lines2', 'shop.lines3'])).toMatchObject({
        code: 0,
        out: 'The table shop.lines2 is now shop.lines3.\n',
      })
      expect(await headgate(['table', 'rename', 'shop.lines3', 'other/shop.x'])).toMatchObject({ code: 2 })
      const unregistered = await headgate(['table', 'unregister', 'shop.lines3', '--yes', '--json'])
      const { 'metadata-location': file } = unregistered.json as { 'metadata-location': string }
      expect(await headgate(['table', 'show', 'shop.lines3'])).toMatchObject({ code: 1 })
      expect(await headgate(['table', 'register', 'shop.back', file])).toMatchObject({ code: 0 })
      const again = await headgate(['table', 'register', 'shop.back', file, '--overwrite', '--yes', '--json'])
      expect(again.json).toMatchObject({ 'metadata-location': file })
      expect((await headgate(['view', 'rename', 'shop.recent', 'shop.newest'])).code).toBe(0)
      expect((await headgate(['view', 'drop', 'shop.newest', '--yes'])).code).toBe(0)
      expect((await headgate(['view', 'dropped'])).out).toContain('shop.newest')
    })

    it('storage orphans and storage clear find no unfinished tables in a new warehouse', async () => {
      const { headgate } = shared()
      expect(await headgate(['storage', 'orphans', '--older-than', '1h'])).toMatchObject({
        code: 0,
        out: '',
        err: expect.stringContaining('There are no unfinished tables'),
      })
      expect((await headgate(['storage', 'orphans', '--json'])).json).toEqual({
        orphans: [],
        nextPageToken: null,
      })
      expect((await headgate(['storage', 'clear', '--all', '--json'])).json).toEqual({ cleared: [] })
      expect(await headgate(['storage', 'clear'])).toMatchObject({ code: 2 })
    })

    it('storage overlaps finds no overlapping locations in a new warehouse', async () => {
      const { headgate } = shared()
      expect(await headgate(['storage', 'overlaps'])).toMatchObject({
        code: 0,
        out: '',
        err: expect.stringContaining('There are no overlapping locations'),
      })
    })

    it('storage retired lists the location of an unregistered table, and storage release releases it', async () => {
      const { headgate } = shared()
      await post(shared(), 'tables', newTable('left'))
      const unregistered = await headgate(['table', 'unregister', 'shop.left', '--yes', '--json'])
      const { 'metadata-location': file } = unregistered.json as { 'metadata-location': string }
      const place = file.replace(/metadata\/[^/]*$/, '')
      const listed = await headgate(['storage', 'retired', place, '--json'])
      expect(listed.json).toMatchObject({ places: [{ location: place, kind: 'retired' }] })
      expect((await headgate(['storage', 'retired'])).out).toContain(place)
      expect(await headgate(['storage', 'release', place, '--yes'])).toMatchObject({
        code: 0,
        out: 'Released retired locations: 1\n',
      })
      expect((await headgate(['storage', 'retired', place, '--json'])).json).toMatchObject({ places: [] })
      expect(await headgate(['storage', 'release', place])).toMatchObject({
        code: 0,
        err: expect.stringContaining('There are no retired locations'),
      })
    })
  })
}
