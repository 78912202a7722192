import { deepEqual, equal, rejects } from 'node:assert/strict'
import { isRestError, NoSuchPlanIdError, NoSuchPlanTaskError } from '@headgate/iceberg/client'
import { operations } from '@headgate/iceberg/rest'
import { check, gathered, NotApplicable, type Check } from '../check.ts'
import { BIG, schema, snapshotOn } from '../example-data.ts'

export const otherChecks: readonly Check[] = [
  check(
    'an operation that the server does not list is refused before a request is sent',
    [],
    async ({ catalog, fresh, connect }) => {
      const missing = operations.find(
        ({ operationId }) => operationId !== 'getToken' && !catalog.supports(operationId),
      )
      if (missing === undefined) throw new NotApplicable('the server lists all operations')
      let sent = 0
      await using watched = await connect((url, init) => {
        sent++
        return fetch(url, init)
      })
      const unsupported = { code: 'unsupported' }
      const at = fresh('none')
      sent = 0
      if (!catalog.supports('loadFunction')) await rejects(watched.loadFunction(at), unsupported)
      if (!catalog.supports('planTableScan')) await rejects(watched.planTableScan(at), unsupported)
      if (!catalog.supports('loadCredentials')) await rejects(watched.loadCredentials(at), unsupported)
      if (!catalog.supports('unregisterTable')) await rejects(watched.unregisterTable(at), unsupported)
      if (!catalog.supports('signRequest')) {
        const request = { region: 'r', uri: 'https://s3', method: 'GET', headers: {} } as const
        await rejects(watched.signRequest(at, request), unsupported)
      }
      equal(sent, 0)
    },
  ),

  check('metrics are reported, with exact integers', ['reportMetrics'], async ({ catalog, fresh }) => {
    const { identifier, metadata } = await catalog.createTable(fresh('metrics'), { schema })
    await catalog.reportMetrics(identifier, {
      'report-type': 'scan-report',
      'table-name': identifier.name,
      'snapshot-id': BIG,
      filter: true,
      'schema-id': metadata['current-schema-id'],
      'projected-field-ids': [1],
      'projected-field-names': ['id'],
      metrics: {
        'total-planning-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': 2_644_235_116 },
      },
    })
  }),

  check('an empty table has a plan without files', ['planTableScan'], async ({ catalog, fresh }) => {
    const { identifier } = await catalog.createTable(fresh('plan'), { schema })
    const filter = { type: 'gt', term: 'id', value: BIG } as const
    deepEqual(await gathered(await catalog.planScan(identifier, { filter, select: ['id'] })), [])
  }),

  check(
    'a scan of a snapshot whose files are missing cannot be planned',
    ['planTableScan'],
    async ({ catalog, fresh }) => {
      const table = await catalog.createTable(fresh('broken'), { schema })
      const { identifier } = await catalog.updateTable(table).addSnapshot(snapshotOn(table, BIG)).commit()
      await rejects(
        catalog.planScan(identifier, {}, { maxRetries: 0 }),
        (error) => isRestError(error) || (error instanceof Error && error.name === 'ScanPlanningError'),
      )
    },
  ),

  check(
    'missing plans and plan tasks have specific errors',
    ['fetchPlanningResult', 'fetchScanTasks'],
    async ({ catalog, fresh }) => {
      const { identifier } = await catalog.createTable(fresh('plans'), { schema })
      await rejects(catalog.fetchPlanningResult(identifier, 'no-such-plan'), NoSuchPlanIdError)
      await rejects(catalog.fetchScanTasks(identifier, 'no-such-task'), NoSuchPlanTaskError)
    },
  ),

  check('functions are listed', ['listFunctions'], async ({ catalog, namespace }) => {
    deepEqual(await gathered(catalog.listFunctions(namespace)), [])
    await rejects(catalog.loadFunction({ namespace, name: 'none' }), { name: 'NoSuchFunctionError' })
  }),

  check('a signal aborts a request', ['loadTable'], async ({ catalog, fresh }) => {
    const reason = new Error('enough')
    await rejects(catalog.loadTable(fresh('late'), { signal: AbortSignal.abort(reason) }), reason)
  }),
]
