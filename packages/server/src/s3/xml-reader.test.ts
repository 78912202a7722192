import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { S3Error } from './s3-error.ts'
import { childText, readXml } from './xml-reader.ts'
import { xmlPlain, xmlResult } from './xml-writer.ts'

const limits = { maxElements: 1_000 }
const read = (text: string): ReturnType<typeof readXml> => readXml(Buffer.from(text), limits)

test('parseXml returns any text unchanged that the XML writer wrote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const wellFormed = text.toWellFormed().replaceAll('\u0000', '')
      const root = read(
        xmlPlain([
          'Root',
          [
            ['Key', wellFormed],
            ['Size', 3],
          ],
        ]),
      )
      expect(childText(root, 'Key')).toBe(wellFormed)
    }),
  )
})

test('parseXml supports declarations, namespaces, attributes, references and white space', () => {
  const root = read(
    '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n' +
      " <Object a='1'><Key> a&amp;lt;&#65;&#x1F600; </Key></Object>\n <Quiet/>\n</Delete >\n",
  )
  expect(root.children.map(({ name }) => name)).toEqual(['Object', 'Quiet'])
  expect(childText(root.children[0] ?? root, 'Key')).toBe(' a&lt;A😀 ')
  expect(read(xmlResult('A', [])).name).toBe('A')
})

describe('refused is', () => {
  test.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a/>'],
    ['an external entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['an unknown entity', '<a>&b;</a>'],
    ['a property name of all objects', '<a>&toString;</a>'],
    ['a bare ampersand', '<a>b & c</a>'],
    ['CDATA', '<a><![CDATA[b]]></a>'],
    ['a comment', '<a><!-- b --></a>'],
    ['a processing instruction', '<a><?php b ?></a>'],
    ['a prefix', '<s3:a xmlns:s3="b"/>'],
    ['an end tag of another element', '<a><b></a></b>'],
    ['a missing end tag', '<a><b></b>'],
    ['an element after the end', '<a/><b/>'],
    ['text around the root', 'x<a/>'],
    ['text between elements', '<a>x<b/></a>'],
    ['a surrogate', '<a>&#xD800;</a>'],
    ['no character', '<a>&#0;</a>'],
    ['a character beyond the last code point', '<a>&#x110000;</a>'],
    ['depth', `${'<a>'.repeat(20)}${'</a>'.repeat(20)}`],
    ['nothing', ''],
    ['a lone bracket', '<a><</a>'],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(S3Error)
  })

  test('readXml refuses bytes that are not UTF-8', () => {
    expect(() => readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), limits)).toThrow(
      S3Error,
    )
  })

  test('childText refuses an element that occurs twice', () => {
    expect(() => childText(read('<a><b>1</b><b>2</b></a>'), 'b')).toThrow(S3Error)
  })
})

test('parseXml returns a document or throws MalformedXML for any text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<', '>', '/', 'a', ' ', '="', "'", '&', ';', '#x', '<a>', '</a>')),
      (parts) => {
        try {
          read(parts.join(''))
        } catch (error) {
          expect(error).toMatchObject({ code: 'MalformedXML' })
        }
      },
    ),
  )
})

describe('parseXml takes time proportional to the length of the document (4 MB)', () => {
  const megabytes = (piece: string): string => piece.repeat(Math.ceil((4 * 1024 * 1024) / piece.length))
  const one = { maxElements: 1_000_000 }

  test.each([
    ['ampersands', `<a>${megabytes('&')}</a>`],
    ['spaces in a tag', `<a ${megabytes(' ')}`],
    ['attributes', `<a${megabytes(' b="c"')}>`],
    ['quotes in a tag', `<a b=${megabytes('"')}`],
    ['start tags', megabytes('<a>')],
    ['end tags', megabytes('</a>')],
    ['a name', `<${megabytes('a')}>`],
    ['an unterminated reference', `<a>&${megabytes('x')}</a>`],
    ['brackets', megabytes('<')],
    ['space around the root', `${megabytes(' ')}<`],
  ])('parseXml refuses 4 MB of %s in little time', (_, text) => {
    const bytes = Buffer.from(text)
    const start = process.cpuUsage()
    expect(() => readXml(bytes, one)).toThrow(S3Error)
    expect(process.cpuUsage(start).user).toBeLessThan(250_000)
  })

  test.each([
    ['references', `<a>${megabytes('&amp;')}</a>`],
    ['numeric references', `<a>${megabytes('&#65;')}</a>`],
    ['text', `<a>${megabytes('x')}</a>`],
  ])('parseXml reads 4 MB of %s in little time', (_, text) => {
    const bytes = Buffer.from(text)
    const start = process.cpuUsage()
    readXml(bytes, one)
    // Parsing takes a third of this time on an idle machine, and longer with code coverage or on a busy machine.
    expect(process.cpuUsage(start).user).toBeLessThan(750_000)
  })

  test('parseXml refuses more elements than the operation allows', () => {
    const text = `<a>${'<b/>'.repeat(1_000)}</a>`
    expect(readXml(Buffer.from(text), { maxElements: 1_001 }).children).toHaveLength(1_000)
    expect(() => readXml(Buffer.from(text), { maxElements: 1_000 })).toThrow(S3Error)
  })
})
