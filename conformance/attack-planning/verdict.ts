import { canary } from './fixture.ts'
import type { Outcome } from './suite.ts'

/** Returns why an outcome is an escape, or nothing. */
export function verdict({ seen, mustFail, isLegitimate, mayReportDamage }: Outcome): readonly string[] {
  return seen.flatMap(({ status, text }) => {
    const short = `${status} ${text.slice(0, 300)}`
    if (text.includes(canary)) return [`a response contains a canary: ${short}`]
    if (isLegitimate === true) return status >= 400 ? [`a legitimate request failed: ${short}`] : []
    if (mustFail === true && status < 400) return [`the request succeeded: ${short}`]
    const isDamage = status === 500 && mayReportDamage === true && text.includes('Restore it')
    return status >= 500 && !isDamage ? [`the server failed: ${short}`] : []
  })
}
