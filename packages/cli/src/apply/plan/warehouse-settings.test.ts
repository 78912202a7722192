import { describe, expect, it } from 'vitest'
import type { Warehouse } from '../../management/generated/schemas.ts'
import { settingsChange } from './warehouse-settings.ts'

const existing = {
  retentionSeconds: 60,
  protected: false,
  vending: { mode: 'gateway', whenNotAsked: true },
  defaults: { a: '1', b: '2' },
  overrides: {},
  allowedLocations: ['s3://b/x/'],
} as unknown as Warehouse

describe('settingsChange', () => {
  it('settingsChange plans no change for settings that are equal, or that the document does not contain', () => {
    const none = { body: {}, texts: [], kept: [] }
    expect(settingsChange({}, existing)).toEqual(none)
    expect(
      settingsChange(
        {
          retentionSeconds: 60,
          vending: { whenNotAsked: true, mode: 'gateway' },
          allowedLocations: ['s3://b/x'],
        },
        existing,
      ),
    ).toEqual(none)
  })

  it('settingsChange adds to the maps and lists of the warehouse, and replaces its vending settings', () => {
    const wanted = {
      defaults: { b: '3', c: '4' },
      allowedLocations: ['s3://b/y'],
      vending: { mode: 'none' },
      protected: true,
    } as const
    expect(settingsChange(wanted, existing)).toEqual({
      body: {
        protected: true,
        vending: { mode: 'none' },
        defaults: { a: '1', b: '3', c: '4' },
        allowedLocations: ['s3://b/x/', 's3://b/y'],
      },
      texts: [
        'set protected to true',
        'set vending to {"mode":"none"}',
        'set defaults.b to "3"',
        'set defaults.c to "4"',
        'add allowed location s3://b/y',
      ],
      kept: ['defaults.a', 'allowed location s3://b/x/'],
    })
  })
})
