// What must hold for any input; tried a few times by the tests and for as long as one likes by the fuzzer.
import assert from 'node:assert/strict'
import { isHeadgateError } from '@headgate/errors'
import { parse, stringify, type Int64, type Json, type JsonObject } from '@headgate/json'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { anyJson, damaged } from './damage.test-support.ts'
import { applyTableUpdates } from './apply.ts'
import { run, SCHEMAS, type Model, type Step } from './model.test-support.ts'
import { anyIntent, anyStep, stepsFor, toModel, toUpdate, type Intent } from './model-steps.test-support.ts'
import { checkTableRequirements } from './requirement/check-requirements.ts'
import { decodeTableRequirement } from './requirement/decode-requirement.ts'
import { decodeTableMetadata } from './table/decode-table.ts'
import { encodeTableMetadata } from './table/encode-table.ts'
import { stringifyTableMetadata } from './table/stringify-table.ts'
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
} from './test-support.ts'
import { examplesOfUpdates } from './update-examples.test-support.ts'
import type { FormatVersion, TableMetadata } from './types.ts'
import { decodeTableUpdate } from './update/decode-update.ts'

type Refusal = 'bad-request' | 'commit-failed'

/** What comes out, or how it was refused; any error that callers must not see gets through. */
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

/** The steps of one commit, each chosen for what the table is like by then. */
function planned(model: Model, intents: readonly Intent[]): readonly Step[] {
  let state = model
  const steps: Step[] = []
  for (const intent of intents) {
    steps.push(...stepsFor(state, intent))
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
    // What was built can be read, so that no commit leaves metadata that the next one cannot start from.
    const text = stringifyTableMetadata(actual.value)
    assert.deepEqual(decodeTableMetadata(parse(text)), canonical(actual.value))
    assert.equal(text, stringify(encodeTableMetadata(actual.value)))
    table = actual.value
    model = expected
  }
}

/** Format 1 does not write sequence numbers, so they do not come back. */
function canonical(table: TableMetadata): TableMetadata {
  return table['format-version'] > 1 ? table : decodeTableMetadata(encodeTableMetadata(table))
}

function usesLast(step: Step): boolean {
  return (step.do === 'use-schema' || step.do === 'use-spec' || step.do === 'use-order') && step.id === -1
}

/** Everything but what is meant to depend on how updates were put into commits. */
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

/** One update or, for what only a second one shows, two. */
const updates: fc.Arbitrary<readonly Json[]> = fc.oneof(
  anyStep.chain((step) => damaged(toUpdate(step))).map((update) => [update]),
  fc
    .constantFrom(...examplesOfUpdates)
    .chain((update) => fc.oneof(fc.constant(update), damaged(update)))
    .map((update) => [update]),
  fc
    .constantFrom<Int64>(7, 0, -1, -2)
    .map((id) => [
      addSnapshot(id, { 'sequence-number': 9, 'first-row-id': 100, 'added-rows': 5 }),
      setRef('main', id),
    ]),
)

/** Whatever is accepted can be read again, and is then written as the same text. */
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
  'commits do what the simple model says, and what they make can be read': property(
    fc.tuple(versions, commits),
    agrees,
  ),
  'updates that are accepted one by one do the same in one commit': property(
    fc.tuple(versions, fc.array(anyStep, { maxLength: 40 })),
    composes,
  ),
  'metadata of any shape is refused, or written as what is read as the same': property(
    fc.oneof(anyJson, damaged(example), damaged({ ...example, snapshots: [snapshot(BIG, { 'x-y': null })] })),
    rereads,
  ),
  'updates of any shape are refused in words, or make metadata that can be read again': property(
    fc
      .array(
        fc.oneof({ weight: 1, arbitrary: anyJson.map((it) => [it]) }, { weight: 9, arbitrary: updates }),
        { maxLength: 5 },
      )
      .map((parts) => parts.flat()),
    survives,
  ),
  'requirements of any shape are refused in words or checked': property(requirements, (value) => {
    outcome(() => checkTableRequirements(decodeTableMetadata(example), [decodeTableRequirement(value)]))
    outcome(() => checkTableRequirements(null, [decodeTableRequirement(value)]))
  }),
}
