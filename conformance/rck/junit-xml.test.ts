import { describe, expect, it } from 'vitest'
import { parseJunitXml } from './junit-xml.ts'

const suite = (cases: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="JUnit Jupiter" tests="1">${cases}</testsuite>`

describe('parseJunitXml', () => {
  it('parseJunitXml returns passed tests with class, name and time', () => {
    const xml = suite(
      '<testcase name="createView()" classname="org.x.ViewTests" time="0.25"></testcase>' +
        '<testcase name="t(int)[1]" classname="org.x.ViewTests" time="1"/>',
    )
    expect(parseJunitXml(xml)).toEqual([
      { name: 'ViewTests.createView()', outcome: 'passed', ms: 250, message: '', details: '' },
      { name: 'ViewTests.t(int)[1]', outcome: 'passed', ms: 1000, message: '', details: '' },
    ])
  })

  it('parseJunitXml returns failures and errors with message and stack', () => {
    const xml = suite(
      '<testcase name="a()" classname="C" time="0"><failure message="expected &lt;1&gt;&#10;but was &quot;2&quot;" type="E">' +
        '<![CDATA[E: expected <1> && more\n\tat x.Y]]></failure><system-out><![CDATA[noise]]></system-out></testcase>' +
        '<testcase name="b()" classname="C" time="0"><error type="NPE"><![CDATA[NPE: null\n\tat z]]></error></testcase>',
    )
    const [a, b] = parseJunitXml(xml)
    expect(a).toMatchObject({ outcome: 'failed', message: 'expected <1>\nbut was "2"' })
    expect(a?.details).toBe('E: expected <1> && more\n\tat x.Y')
    expect(b).toMatchObject({ outcome: 'failed', message: 'NPE: null' })
  })

  it('parseJunitXml returns skipped tests with their reason', () => {
    const xml = suite(
      '<testcase name="s()" classname="C" time="0"><skipped><![CDATA[no nesting]]></skipped></testcase>',
    )
    expect(parseJunitXml(xml)).toMatchObject([{ outcome: 'skipped', message: 'no nesting' }])
  })

  it('parseJunitXml ignores XML within output or attributes', () => {
    const xml = suite(
      '<testcase name="a>b" classname="C" time="0"><system-out><![CDATA[<failure message="no">]]></system-out></testcase>',
    )
    expect(parseJunitXml(xml)).toMatchObject([{ name: 'C.a>b', outcome: 'passed' }])
  })

  it('parseJunitXml refuses a report without a test suite', () => {
    expect(() => parseJunitXml('<html></html>')).toThrow('not a JUnit report')
  })
})
