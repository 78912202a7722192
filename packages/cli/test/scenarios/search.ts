import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function searchScenarios(shared: () => TestHeadgate): void {
  describe('search, count, history, metrics', () => {
    it('finds names in any case, counts objects, and shows the history and the metrics of a table', async () => {
      const { headgate, url } = shared()
      const token = (await headgate(['token'])).out.trim()
      const send = (path: string, body: unknown): Promise<Response> =>
        fetch(`${url}/v1/lakehouse/${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      await headgate(['namespace', 'create', 'found'])
      const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }
      await send('namespaces/found/tables', { name: 'FindMe', schema })
      const search = await headgate(['search', 'find'])
      expect(search.out).toMatch(/^KIND +NAME\ntable +lakehouse\/found\.FindMe$/m)
      expect((await headgate(['search', 'FOU'])).out).toMatch(/\nnamespace +lakehouse\/found$/m)
      expect((await headgate(['search', 'nothing-like-it'])).err).toContain('There are no visible names')

      expect((await headgate(['namespace', 'count', 'found'])).out).toMatch(
        /^namespaces +0\ntables +1\nviews +0\n$/,
      )
      expect(await headgate(['warehouse', 'count', '--json'])).toMatchObject({
        code: 0,
        json: { complete: true },
      })
      const history = await headgate(['table', 'history', 'found.FindMe'])
      expect(history.code).toBe(0)
      const report = {
        'report-type': 'scan-report',
        'table-name': 'found.FindMe',
        'snapshot-id': 7,
        filter: true,
        'schema-id': 0,
        'projected-field-ids': [],
        'projected-field-names': [],
        metrics: { 'result-data-files': { unit: 'count', value: 3 } },
      }
      expect((await send('namespaces/found/tables/FindMe/metrics', report)).status).toBe(204)
      await expect
        .poll(async () => (await headgate(['table', 'metrics', 'found.FindMe'])).out, { timeout: 5_000 })
        .toMatch(/^AT .*\n20\S+ \S+Z +scan +admin +7 +3 +-$/m)
    })
  })
}
