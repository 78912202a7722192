// Random requests of two clients, and the bodies of their commits.
import type { Model, Step } from '../../../iceberg/test/metadata/model.ts'
import { anyIntent, type Intent, toUpdate } from '../../../iceberg/test/metadata/model-steps.ts'
import { type Json, type JsonObject, toInt64 } from '@headgate/json'
import * as fc from 'fast-check'
import type { Claim, ModelCommit, ModelTable } from './commit-model.ts'
import { objectAt } from './tables.ts'

export type Place = 'any' | 'own' | 'shared' | 'inside' | 'outside' | 'elsewhere'

export interface CommitPlan {
  readonly client: 0 | 1
  readonly name: string
  /** True when the client sends the commit also when no table has this name. */
  readonly blindly: boolean
  readonly claims: readonly Claim[]
  readonly intents: readonly (readonly [Intent, Place])[]
}

export type Command =
  | { readonly do: 'create'; readonly name: string; readonly version: 1 | 2 | 3; readonly place: Place }
  | { readonly do: 'look'; readonly client: 0 | 1; readonly name: string }
  | {
      readonly do: 'commit' | 'both' | 'transaction'
      readonly first: CommitPlan
      readonly second: CommitPlan
    }
  | { readonly do: 'rename'; readonly name: string; readonly to: string }
  | { readonly do: 'drop'; readonly name: string; readonly purge: boolean }
  | { readonly do: 'unregister'; readonly name: string }
  | { readonly do: 'undrop'; readonly pick: number; readonly name: string }
  | { readonly do: 'register'; readonly pick: number; readonly name: string; readonly overwrite: boolean }

export const names = ['a', 'b', 'c'] as const
const name = fc.constantFrom(...names)
const client = fc.constantFrom<0 | 1>(0, 1)
const places = fc.constantFrom<Place>('own', 'shared', 'inside', 'outside', 'elsewhere')
const claims = fc.constantFrom<Claim>('uuid', 'main', 'b', 'schema', 'spec', 'order', 'field', 'partition')
const plan: fc.Arbitrary<CommitPlan> = fc.record(
  {
    client,
    name,
    blindly: fc.nat(9).map((n) => n === 0),
    claims: fc.uniqueArray(claims, { maxLength: 3 }),
    intents: fc.array(fc.tuple(anyIntent, places), { minLength: 1, maxLength: 4 }),
  },
  { noNullPrototype: true },
)
const plain = { noNullPrototype: true } as const
const pick = fc.nat(20)
export const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record(
        {
          do: fc.constant('create'),
          name,
          version: fc.constantFrom(1, 2, 3),
          place: fc.oneof({ weight: 4, arbitrary: fc.constant<Place>('any') }, places),
        },
        plain,
      ),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('look'), client, name }, plain) },
    {
      weight: 8,
      arbitrary: fc.record(
        {
          do: fc.constantFrom('commit', 'commit', 'commit', 'both', 'transaction'),
          first: plan,
          second: plan,
        },
        plain,
      ),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rename'), name, to: name }, plain) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drop'), name, purge: fc.boolean() }, plain) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('unregister'), name }, plain) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('undrop'), pick, name }, plain) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('register'), pick, name, overwrite: fc.boolean() }, plain),
    },
  ),
  { minLength: 4, maxLength: 25, size: 'max' },
)

/** Returns a new table as the specification defines it. */
export function fresh(version: number, location: string): Model {
  return {
    version,
    location,
    lastSequence: 0n,
    lastColumn: 3,
    schemas: new Map([[0, 'A']]),
    schema: 0,
    specs: new Map([[0, 'none']]),
    spec: 0,
    lastPartition: 999,
    orders: new Map([[0, 'none']]),
    order: 0,
    properties: new Map([['write.parquet.compression-codec', 'zstd']]),
    snapshots: new Map(),
    refs: new Map(),
    current: null,
    nextRow: 0n,
    log: [],
    statistics: new Set(),
    keys: new Set(),
  }
}

/** Builds the body of the commit. */
export function toBody({ claims: claimed, seen, steps }: ModelCommit): JsonObject {
  return { requirements: claimed.map((claim) => requirement(claim, seen)), updates: steps.map(toTimedUpdate) }
}

/**
 * Sets the current time as the timestamp of a snapshot, because the timestamps of a table's snapshots must
 * increase.
 */
function toTimedUpdate(step: Step): JsonObject {
  const update = toUpdate(step)
  if (step.do !== 'snapshot') return update
  return { ...update, snapshot: { ...objectAt(update['snapshot']), 'timestamp-ms': Date.now() } }
}

function requirement(claim: Claim, { uuid, metadata }: ModelTable): Json {
  switch (claim) {
    case 'uuid':
      return { type: 'assert-table-uuid', uuid }
    case 'main':
    case 'b': {
      const id = metadata.refs.get(claim)?.id
      return {
        type: 'assert-ref-snapshot-id',
        ref: claim,
        'snapshot-id': id === undefined ? null : toInt64(id),
      }
    }
    case 'schema':
      return { type: 'assert-current-schema-id', 'current-schema-id': metadata.schema }
    case 'spec':
      return { type: 'assert-default-spec-id', 'default-spec-id': metadata.spec }
    case 'order':
      return { type: 'assert-default-sort-order-id', 'default-sort-order-id': metadata.order }
    case 'field':
      return { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': metadata.lastColumn }
    default:
      return {
        type: 'assert-last-assigned-partition-id',
        'last-assigned-partition-id': metadata.lastPartition,
      }
  }
}
