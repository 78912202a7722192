import { describe, expect, it } from 'vitest'
import type { ImportResult } from './import-result.ts'
import { commonFolder, groupPlaces, toSteps } from './plan-summary.ts'
import type { PlannedPlace } from './target-access.ts'

const planned = (name: string, place: Partial<PlannedPlace>, namespace = 'sales'): ImportResult => ({
  kind: 'table',
  identifier: { namespace: [namespace], name },
  status: 'new',
  moved: false,
  place: {
    location: `s3://old/wh/${namespace}/${name}`,
    metadataLocation: null,
    cover: { type: 'allowed', warehouse: 'lake', location: 's3://old/', isRoot: false },
    files: 'administer-storage',
    mayCreate: true,
    ...place,
  },
})

const outside = (name: string, namespace?: string): ImportResult =>
  planned(name, { cover: { type: 'outside', location: `s3://old/wh/sales/${name}/` } }, namespace)

describe('a plan', () => {
  it('the import plan lists tables with the same result together, and proposes no further step if all tables can be imported', () => {
    const groups = groupPlaces([planned('a', {}), planned('b', {})])
    expect(groups).toMatchObject([
      {
        location: 's3://old/',
        count: 2,
        allowedBy: 'lake (an allowed location)',
        right: 'administer-storage',
      },
    ])
    expect(toSteps(groups, 'lake', 'importer')).toEqual([])
  })

  it('the import plan proposes to allow the common folder of all tables that no warehouse allows', () => {
    const groups = groupPlaces([outside('a'), outside('b', 'hr')])
    expect(groups).toMatchObject([{ location: 's3://old/wh/', count: 2, allowedBy: 'no warehouse' }])
    expect(toSteps(groups, 'lake', 'importer')).toEqual([
      'headgate warehouse update lake --allow s3://old/wh/',
    ])
  })

  it('the import plan lists each missing privilege once, and the location grants that could replace it', () => {
    const missing = { files: 'missing', mayCreate: false } as const
    const groups = groupPlaces([planned('a', missing), planned('b', missing, 'a.b')])
    expect(toSteps(groups, 'lake', 'ann b')).toEqual([
      `headgate grant give create --on warehouse:lake --to 'principal:ann b'`,
      `headgate grant give administer-storage --on warehouse:lake --to 'principal:ann b'`,
      'or: headgate namespace grant-location lake/sales s3://old/',
      `or: headgate namespace grant-location 'lake/"a.b"' s3://old/`,
    ])
  })

  it('the import plan names the warehouse that allows the files of a table', () => {
    const cover = { type: 'other-warehouse', warehouse: 'hr', location: 's3://hr/' } as const
    expect(toSteps(groupPlaces([planned('a', { cover })]), 'lake', 'x')).toEqual([
      'Import the tables and views below s3://hr/ with --warehouse hr.',
    ])
  })
})

it('commonFolder finds the deepest folder that contains all tables', () => {
  expect(commonFolder(['s3://bkt/x/t1'])).toBe('s3://bkt/x/')
  expect(commonFolder(['s3://bkt/x/t1', 's3://bkt/x/y/t2'])).toBe('s3://bkt/x/')
  expect(commonFolder(['s3://bkt/x/t', 's3://bkt/xy/t'])).toBe('s3://bkt/')
})
