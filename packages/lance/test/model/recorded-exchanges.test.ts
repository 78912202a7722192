import { parse } from '@headgate/json'
import { expect, test } from 'vitest'
import { recordedExchanges } from '../recorded-exchanges.ts'
import * as model from '../../src/model/index.ts'

/** Requests and responses without their own schema, each with the name of the schema that applies to it. */
const shared: Readonly<Record<string, string>> = {
  CreateTableScalarIndexRequest: 'CreateTableIndexRequest',
  ListAllTablesResponse: 'ListTablesResponse',
}

const decoder = (name: string): model.Decoder<unknown> =>
  Reflect.get(model, `decode${shared[name] ?? name}`) as model.Decoder<unknown>

const known = recordedExchanges.filter(({ operation }) => operation !== undefined)

test('the recorded exchanges cover 30 operations', () => {
  expect(recordedExchanges).toHaveLength(240)
  // Three requests match no operation: a followed redirect, the root namespace as `.`, and a request with a base path.
  expect(recordedExchanges.length - known.length).toBe(3)
  expect(new Set(known.map(({ operation }) => operation?.operationId)).size).toBe(30)
})

test('decoders accept every request of a real client', () => {
  let read = 0
  for (const { operation, request, location } of known) {
    if (operation?.body !== 'json' || request.body === undefined) continue
    expect(
      () => decoder(`${operation.operationId}Request`)(parse(request.body ?? '')),
      location,
    ).not.toThrow()
    read++
  }
  expect(read).toBeGreaterThan(120)
})

test('decoders accept every response of the reference server', () => {
  let read = 0
  for (const { operation, response, location } of known) {
    if (response.status !== 200 || response.body === undefined) continue
    if (operation?.answer === 'json') {
      expect(
        () => decoder(`${operation.operationId}Response`)(parse(response.body ?? '')),
        location,
      ).not.toThrow()
      read++
    }
    if (operation?.answer === 'count') expect(parse(response.body), location).toEqual(expect.any(Number))
    if (operation?.answer === 'text') expect(parse(response.body), location).toEqual(expect.any(String))
  }
  expect(read).toBeGreaterThan(110)
})

test('every error of the reference server has a code of the specification', () => {
  for (const { response, location, injected } of known) {
    if (response.status < 400 || injected) continue
    const { code } = model.decodeErrorResponse(parse(response.body ?? ''))
    expect(model.isLanceErrorCode(code), location).toBe(true)
  }
})
