import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { QueryAuditResponse } from '../api/generated/management.ts'
import { request, toError } from '../api/request.ts'
import { formatNumber, t } from '../text.ts'
import { ErrorNote } from '../ui/states.tsx'

/** Maximum number of exported events. The command line exports more. */
const maxEvents = 10_000
const pageSize = 1_000

/** Saves the events that match the filters as a file with one JSON object in each line. */
export function ExportButton({ query }: { readonly query: string }): VNode {
  const [state, setState] = useState<number | Error | null>(null)
  const run = async (): Promise<void> => {
    try {
      const lines = await readEvents(query, setState)
      save(lines, 'headgate-audit.jsonl')
      setState(null)
    } catch (problem) {
      setState(toError(problem))
    }
  }
  return (
    <>
      <button type="button" disabled={typeof state === 'number'} onClick={() => void run()}>
        {typeof state === 'number' ? t('{count} events…', { count: formatNumber(state) }) : t('Export')}
      </button>
      {state instanceof Error && <ErrorNote error={state} />}
    </>
  )
}

async function readEvents(query: string, onProgress: (count: number) => void): Promise<readonly string[]> {
  const lines: string[] = []
  let token: string | null = ''
  while (token !== null && lines.length < maxEvents) {
    onProgress(lines.length)
    const path = `management/v1/audit?order=newest&pageSize=${pageSize}&pageToken=${encodeURIComponent(token)}&${query}`
    const page: QueryAuditResponse = await request<QueryAuditResponse>(path)
    lines.push(...page.events.map((event) => JSON.stringify(event)))
    token = page.nextPageToken
  }
  return lines
}

function save(lines: readonly string[], name: string): void {
  const url = URL.createObjectURL(
    new Blob(
      lines.map((line) => `${line}\n`),
      { type: 'application/jsonl' },
    ),
  )
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
