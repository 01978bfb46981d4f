/** Recordings beside a live server: played where packets are not seen, saved from a live run, opened from a file. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { differences, shapeOf } from '../../labs/checks/shape.ts'
import type { Rung } from '../../labs/protocol.ts'
import { knownOf, readRecording } from '../../labs/recording.ts'
import { findRecording } from '../../labs/server/recordings.ts'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { allLabs } from '../helpers/labs.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { useMachinePorts } from '../helpers/machine-ports.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'
import { LabInPage } from './lab.ts'

const LESSON = '/en/udp/the-datagram-that-vanished/'
const rungs: Rung[] = whyNoOwnNetwork === null ? ['own', 'plain'] : ['plain']

let browser: Browser
let folder: string
const served = new Map<Rung, Served>()
let reader: Reader
let page: Page

useMachinePorts()
beforeAll(async () => {
  for (const network of rungs) served.set(network, await Served.start(COURSE, { network }))
  browser = await startBrowser()
  folder = await mkdtemp(join(tmpdir(), 'both-ends-recorded-'))
})
afterAll(async () => {
  await browser?.close()
  await endServers()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  reader = await newReader(browser, { acceptDownloads: true })
  page = await reader.context.newPage()
})
afterEach(async () => {
  await reader.context.close()
  expect(reader.faults).toEqual([])
})

async function open(rung: Rung, id = 'udp-aligned'): Promise<LabInPage> {
  await page.goto(served.get(rung)?.at(LESSON) ?? '')
  const lab = new LabInPage(page, id)
  await lab.root.and(page.locator('[data-source="live"]')).waitFor()
  return lab
}
const labs = await allLabs()
const udpAligned = labs.find(({ id }) => id === 'udp-aligned')
const playRecorded = (lab: LabInPage) => lab.root.getByRole('button', { name: 'Play the recorded run' })
const back = (lab: LabInPage) => lab.root.getByRole('button', { name: 'Back to live runs' })

/** Runs the lab to its end, and saves the run. @returns the file's text */
async function runAndSave(lab: LabInPage): Promise<string> {
  await lab.runAll.click()
  await lab.program('receive').exited(0)
  await lab.program('send').exited(0)
  await lab.root.getByText('Save or open a run').click()
  const download = page.waitForEvent('download')
  await lab.root.getByRole('button', { name: 'Save this run' }).click()
  return readFileSync(await (await download).path(), 'utf8')
}

async function openFile(lab: LabInPage, text: string): Promise<void> {
  const path = join(folder, 'run.jsonl')
  await writeFile(path, text)
  const chooser = page.waitForEvent('filechooser')
  await lab.root.getByRole('button', { name: 'Open a run …' }).click()
  await (await chooser).setFiles(path)
}

describe('on the plain machine, where packets are not seen', () => {
  test('a lab offers its recorded run beside the live one, as a whole', async () => {
    const lab = await open('plain')
    await lab.runAll.click()
    await lab.program('receive').exited(0)
    await playRecorded(lab).click()
    await lab.root.and(page.locator('[data-source="recorded"][data-connection="recorded"]')).waitFor()
    const receive = lab.program('receive')
    await receive.shows('数据')
    const rows = await receive.panel.locator('.xterm-rows').innerText()
    expect(rows.match(/Waiting for a datagram/g)).toHaveLength(1)
    expect(await lab.root.locator('[data-source-label]').innerText()).toMatch(/^recorded, \d+ \w+ \d{4}$/)
    expect(await playRecorded(lab).isVisible()).toBe(false)
  })

  test('goes back to live runs, with nothing of the recording left', async () => {
    const lab = await open('plain')
    await playRecorded(lab).click()
    await lab.program('receive').shows('数据')
    await back(lab).click()
    await lab.root.and(page.locator('[data-source="live"]')).waitFor()
    await lab.says('ready to run')
    await lab.program('receive').state('ready')
    expect(await lab.program('receive').panel.locator('.xterm-rows').innerText()).not.toContain('数据')
    await lab.runAll.click()
    await lab.connection('live')
    await lab.program('receive').exited(0)
    await lab.program('receive').shows('数据')
  })

  test('lets what runs end when its reader turns to the recording', async () => {
    const lab = await open('plain', 'udp-as-found')
    await lab.runAll.click()
    await lab.program('send').exited(0)
    await playRecorded(lab).click()
    await lab.root.and(page.locator('[data-source="recorded"]')).waitFor()
    await lab.toEnd.click()
    await lab.says('receive was ended by Stop; send exited with code 0')
    // Its port is free again only when the program of the live run is gone.
    const other = new LabInPage(await reader.context.newPage(), 'udp-aligned')
    await other.root.page().goto(served.get('plain')?.without(LESSON) ?? '')
    await expect
      .poll(
        async () => {
          await other.runAll.click()
          await other.root.locator('[data-program="receive"][data-state="exited"]').waitFor()
          return other.root.locator('[data-program="receive"]').getAttribute('data-exit')
        },
        { timeout: 25_000 },
      )
      .toBe('0')
  })
})

describe('a lab of several hosts on the plain machine', () => {
  test('says why it cannot run, and plays its recording', async () => {
    await page.goto(served.get('plain')?.at(LESSON) ?? '')
    const lab = new LabInPage(page, 'udp-refused')
    await lab.connection('recorded')
    const note = lab.root.locator('[data-none]')
    expect(await note.innerText()).toMatch(/needs several hosts .* Its recorded run can be played\./)
    await lab.play.click()
    await lab.program('ask').shows('ECONNREFUSED')
    expect(await lab.root.evaluate(({ dataset }) => [dataset.network, dataset.source])).toEqual(['plain', 'recorded'])
  })
})

describe.runIf(whyNoOwnNetwork === null)('in a network of its own', () => {
  test('a live run is saved as a file that has the shape of the course’s own recording', async () => {
    if (!udpAligned) throw new Error('There is no lab udp-aligned.')
    const lab = await open('own')
    expect(await playRecorded(lab).isVisible()).toBe(false)
    const read = readRecording(await runAndSave(lab), knownOf(udpAligned))
    if ('kind' in read) throw new Error(JSON.stringify(read))
    expect(read).toMatchObject({ languages: { receive: 'ts', send: 'ts' }, network: 'own' })
    expect(read.system).toMatch(/^Linux \d+\.\d+$/)
    const recorded = await findRecording(COURSE, udpAligned, 'ts-ts')
    expect(differences(shapeOf(udpAligned, recorded?.events ?? []), shapeOf(udpAligned, read.events))).toEqual([])
  })

  test('a saved run is played as one from a file, and is not mixed into the next live one', async () => {
    const lab = await open('own')
    const text = await runAndSave(lab)
    await openFile(lab, text.replace('数据', '别的'))
    const receive = lab.program('receive')
    await receive.shows('别的')
    expect(await lab.root.locator('[data-source-label]').innerText()).toMatch(/^recorded, .* · from a file$/)
    await back(lab).click()
    await lab.root.and(page.locator('[data-source="live"]')).waitFor()
    await lab.runAll.click()
    await receive.exited(0)
    await receive.shows('数据')
    expect(await receive.panel.locator('.xterm-rows').innerText()).not.toContain('别的')
  })

  test('a file that cannot be opened leaves a live run as it is', async () => {
    const lab = await open('own')
    const text = await runAndSave(lab)
    await openFile(lab, text.slice(0, -20))
    await lab.complains('cut off before its end')
    expect(await lab.root.getAttribute('data-source')).toBe('live')
    await lab.program('receive').exited(0)
    await lab.program('receive').shows('数据')
  })

  test('there is nothing to save before a run', async () => {
    const lab = await open('own')
    await lab.root.getByText('Save or open a run').click()
    await lab.root.getByRole('button', { name: 'Save this run' }).click()
    await lab.complains('There is no run to save yet')
  })
})
