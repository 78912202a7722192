import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { repositoryRoot } from '../lib/paths.ts'

/** Operation in the pinned OpenAPI document of the Lance Namespace. */
export interface SpecifiedOperation {
  readonly id: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly hasJsonBody: boolean
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Partial<
          Record<
            'get' | 'post',
            {
              readonly operationId: string
              readonly requestBody?: { readonly content?: Readonly<Record<string, unknown>> }
            }
          >
        >
      >
    >
  >
}

function readSpecification(): readonly SpecifiedOperation[] {
  const text = readFileSync(join(repositoryRoot, 'spec/lance/spec.yaml'), 'utf8')
  const { paths } = parse(text) as Document
  return Object.entries(paths).flatMap(([path, { get, post }]) =>
    [{ method: 'GET', operation: get } as const, { method: 'POST', operation: post } as const].flatMap(
      ({ method, operation }) =>
        operation === undefined
          ? []
          : [
              {
                id: operation.operationId,
                method,
                path,
                hasJsonBody: operation.requestBody?.content?.['application/json'] !== undefined,
              },
            ],
    ),
  )
}

/** All operations in the pinned OpenAPI document of the Lance Namespace. */
export const specification: readonly SpecifiedOperation[] = readSpecification()
