// Property tests of metadata with random input. The test suite runs each property a few times, and `npm run fuzz` runs
// it for a longer time.
import assert from 'node:assert/strict'
import { isHeadgateError } from '@headgate/errors'
import { parse, stringify, type Int64, type Json, type JsonObject } from '@headgate/json'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { anyJson, damaged } from './damaged-json.ts'
import { applyTableUpdates } from '../../src/metadata/apply.ts'
import { run, SCHEMAS, type Model, type Step } from './model.ts'
import { anyIntent, anyStep, toSteps, toModel, toUpdate, type Intent } from './model-steps.ts'
import { checkTableRequirements } from '../../src/metadata/requirement/check-requirements.ts'
import { decodeTableRequirement } from '../../src/metadata/requirement/decode-requirement.ts'
import { decodeTableMetadata } from '../../src/metadata/table/decode-table.ts'
import { encodeTableMetadata } from '../../src/metadata/table/encode-table.ts'
import { stringifyTableMetadata } from '../../src/metadata/table/stringify-table.ts'
import {
  addSnapshot,
  append,
  BIG,
  commit,
  field,
  newTable,
  NOW,
  schemaJson,
  setRef,
  snapshot,
  UUID,
} from './tables.ts'
import { updateExamples } from './update-examples.ts'
import type { FormatVersion, TableMetadata } from '../../src/metadata/types.ts'
import { decodeTableUpdate } from '../../src/metadata/update/decode-update.ts'

type Refusal = 'bad-request' | 'commit-failed'

/** Returns the result of a function, or the code of the HeadgateError that it throws. Throws any other error. */
function outcome<T>(action: () => T): { readonly value: T } | Refusal {
  try {
    return { value: action() }
  } catch (error) {
    if (isHeadgateError(error) && (error.code === 'bad-request' || error.code === 'commit-failed'))
      return error.code
    throw error
  }
}

function start(version: FormatVersion): TableMetadata {
  const columns = SCHEMAS['A']?.columns ?? []
  return newTable({ version, schema: schemaJson(columns.map((id) => field(id, `c${id}`, 'long'))) })
}

function applied(base: TableMetadata, steps: readonly Step[], now: number): TableMetadata {
  return applyTableUpdates(base, steps.map(toUpdate).map(decodeTableUpdate), { now, baseLocation: `f${now}` })
    .metadata
}

const versions = fc.constantFrom<FormatVersion>(1, 2, 3)
const commits = fc.array(fc.array(anyIntent, { minLength: 1, maxLength: 4 }), { maxLength: 20 })

/** Returns the steps of one commit. Each step is chosen for the state of the model after the previous steps. */
function planned(model: Model, intents: readonly Intent[]): readonly Step[] {
  let state = model
  const steps: Step[] = []
  for (const intent of intents) {
    steps.push(...toSteps(state, intent))
    const next = run(model, steps)
    if (typeof next !== 'string') state = next
  }
  return steps
}

function agrees([version, sequence]: [FormatVersion, readonly (readonly Intent[])[]]): void {
  let table = start(version)
  let model: Model = toModel(table)
  let now = NOW
  for (const intents of sequence) {
    now += 10
    const steps = planned(model, intents)
    const expected = run(model, steps)
    const actual = outcome(() => applied(table, steps, now))
    if (typeof actual === 'string' || typeof expected === 'string') {
      assert.equal(
        typeof actual === 'string' ? actual : 'accepted',
        typeof expected === 'string' ? expected : 'accepted',
      )
      continue
    }
    assert.deepEqual(toModel(actual.value), expected)
    // Metadata after a commit can be decoded again, so that the next commit can use it.
    const text = stringifyTableMetadata(actual.value)
    assert.deepEqual(decodeTableMetadata(parse(text)), canonical(actual.value))
    assert.equal(text, stringify(encodeTableMetadata(actual.value)))
    table = actual.value
    model = expected
  }
}

/** Removes sequence numbers, which format 1 does not write. */
function canonical(table: TableMetadata): TableMetadata {
  return table['format-version'] > 1 ? table : decodeTableMetadata(encodeTableMetadata(table))
}

function usesLast(step: Step): boolean {
  return (step.do === 'use-schema' || step.do === 'use-spec' || step.do === 'use-order') && step.id === -1
}

/** Removes the fields that depend on how updates are grouped into commits. */
function timeless(table: TableMetadata): JsonObject {
  const { 'last-updated-ms': _, 'snapshot-log': __, 'metadata-log': ___, ...rest } = table
  return rest
}

function composes([version, steps]: [FormatVersion, readonly Step[]]): void {
  const base = start(version)
  const accepted: Step[] = []
  let stepwise = base
  for (const step of steps.filter((it) => !usesLast(it))) {
    const next = outcome(() => applied(stepwise, [step], NOW))
    if (typeof next === 'string') continue
    accepted.push(step)
    stepwise = next.value
  }
  assert.deepEqual(timeless(applied(base, accepted, NOW)), timeless(stepwise))
}

const example: JsonObject = encodeTableMetadata(
  commit(
    newTable({
      version: 3,
      spec: { 'spec-id': 0, fields: [{ name: 'b', transform: 'bucket[4]', 'source-id': 1 }] },
    }),
    ...append(BIG, 1, { 'first-row-id': 0, 'added-rows': 5 }),
    setRef('t', BIG, { type: 'tag' }),
  ),
)

function rereads(value: Json): void {
  const decoded = outcome(() => decodeTableMetadata(value))
  if (typeof decoded === 'string') return
  const again = decodeTableMetadata(parse(stringify(encodeTableMetadata(decoded.value))))
  assert.deepEqual(stringify(encodeTableMetadata(again)), stringify(encodeTableMetadata(decoded.value)))
}

/** One or two updates. Some errors only occur with the second update. */
const updates: fc.Arbitrary<readonly Json[]> = fc.oneof(
  anyStep.chain((step) => damaged(toUpdate(step))).map((update) => [update]),
  fc
    .constantFrom(...updateExamples)
    .chain((update) => fc.oneof(fc.constant(update), damaged(update)))
    .map((update) => [update]),
  fc
    .constantFrom<Int64>(7, 0, -1, -2)
    .map((id) => [
      addSnapshot(id, { 'sequence-number': 9, 'first-row-id': 100, 'added-rows': 5 }),
      setRef('main', id),
    ]),
)

/** Checks that accepted metadata can be decoded again and has the same text then. */
function survives(damagedUpdates: readonly Json[]): void {
  const base = decodeTableMetadata(example)
  for (const before of [base, null]) {
    const next = outcome(
      () =>
        applyTableUpdates(before, damagedUpdates.map(decodeTableUpdate), { now: NOW + 5000, uuid: UUID })
          .metadata,
    )
    if (typeof next === 'string') continue
    const text = stringifyTableMetadata(next.value)
    const again = decodeTableMetadata(parse(text, { maxDepth: 1000, keepNumberText: true }))
    assert.equal(stringifyTableMetadata(again), text)
  }
}

const requirements: fc.Arbitrary<Json> = fc.oneof(
  anyJson,
  damaged({ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': BIG }),
  damaged({ type: 'assert-table-uuid', uuid: 'x' }),
  damaged({ type: 'assert-current-schema-id', 'current-schema-id': 1 }),
)

export const properties: Readonly<Record<string, Property>> = {
  'commits have the same result as the model, and their metadata can be decoded': property(
    fc.tuple(versions, commits),
    agrees,
  ),
  'updates have the same result in one commit as in separate commits': property(
    fc.tuple(versions, fc.array(anyStep, { maxLength: 40 })),
    composes,
  ),
  'metadata of any shape is refused, or keeps its value when it is encoded and decoded': property(
    fc.oneof(anyJson, damaged(example), damaged({ ...example, snapshots: [snapshot(BIG, { 'x-y': null })] })),
    rereads,
  ),
  'updates of any shape are refused with a HeadgateError, or result in metadata that can be decoded':
    property(
      fc
        .array(
          fc.oneof({ weight: 1, arbitrary: anyJson.map((it) => [it]) }, { weight: 9, arbitrary: updates }),
          { maxLength: 5 },
        )
        .map((parts) => parts.flat()),
      survives,
    ),
  'requirements of any shape are checked, or refused with a HeadgateError': property(
    requirements,
    (value) => {
      outcome(() => checkTableRequirements(decodeTableMetadata(example), [decodeTableRequirement(value)]))
      outcome(() => checkTableRequirements(null, [decodeTableRequirement(value)]))
    },
  ),
}
