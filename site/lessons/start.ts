/** What a lesson begins as, before its author has written it. Pure. */
import type { Lang } from '../languages.ts'

export interface Start {
  readonly unit: string
  readonly number: number
  /** The lab it shows; null for none. */
  readonly lab: string | null
  /** The tasks of that lab which it asks. */
  readonly tasks: readonly string[]
}

/** The whole text of a lesson. Both languages have the same structure, and both pass `checkLesson`. */
export function startOf(lang: Lang, { unit, number, lab, tasks }: Start): string {
  const { title, lead, able, begin, run, task, quiz } = WORDS[lang]
  const head = [`number: ${number}`, `unit: ${unit}`, `title: ${title}`, `lead: ${lead}`, 'minutes: 10', 'able:']
  const asks = tasks.map((id) => `<Task id="${id}" lab="${lab}">\n${task}\n</Task>\n`)
  const shown = lab === null ? [] : [run, `<Lab id="${lab}" />\n`, ...asks]
  return ['---', ...head, `  - ${able}`, '---', '', begin, ...shown, quiz].join('\n')
}

interface StartWords {
  readonly title: string
  readonly lead: string
  readonly able: string
  /** The first section. */
  readonly begin: string
  /** The section before its lab. */
  readonly run: string
  /** What stands in a task. */
  readonly task: string
  readonly quiz: string
}

const WORDS: Readonly<Record<Lang, StartWords>> = {
  en: {
    title: 'A new lesson',
    lead: 'One or two sentences that say what will surprise the reader.',
    able: 'say what this lesson is about',
    begin: `## What it is about

Say in a few sentences what happens here, and to whom. Every claim stands beside the lab or the source that shows it.

<Side>**A margin note.** What is good to know, but not needed to go on.</Side>
`,
    run: `## See it run

Say what to look at, before the reader presses Run.
`,
    task: `Say what is to be reached, and how one sees that it is. How to get there is the reader's affair.

<Hint>One step on the way, in one sentence.</Hint>
<Hint>The next step.</Hint>
<Solution>
Say why it works. What it changes is shown by itself, from the files.
</Solution>`,
    quiz: `## A question

<Quiz id="what-follows">
What follows from what was seen here?

<Wrong>What many readers expect. <Reason>Say what in the run speaks against it.</Reason></Wrong>
<Right>What the run has shown. <Reason>Say where it has.</Reason></Right>
</Quiz>
`,
  },
  zh: {
    title: '一节新课',
    lead: '用一两句话说出会让读者意外的事。',
    able: '说出这节课讲的是什么',
    begin: `## 这节课讲什么

用几句话说清这里发生了什么、发生在谁身上。每个说法都要挨着能证明它的实验或出处。

<Side>**旁注。** 值得知道、但不看也能往下读的内容。</Side>
`,
    run: `## 运行看看

在读者按下“运行”之前，先说该看什么。
`,
    task: `说清要做到什么，怎样看出做到了。怎么做由读者自己决定。

<Hint>路上的一步，一句话。</Hint>
<Hint>再下一步。</Hint>
<Solution>
说说为什么这样行。改了哪些地方，页面会从文件里自动列出。
</Solution>`,
    quiz: `## 一个问题

<Quiz id="what-follows">
从这里看到的事能得出什么？

<Wrong>许多读者会这样想。 <Reason>说出运行中哪件事与它矛盾。</Reason></Wrong>
<Right>运行所显示的事。 <Reason>说出在哪里看得到。</Reason></Right>
</Quiz>
`,
  },
}
