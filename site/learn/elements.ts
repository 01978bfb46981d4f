/** The elements of learning: predictions, tasks, quizzes. */
import { PredictElement } from './predict-element.ts'
import { QuizElement } from './quiz-element.ts'
import { TaskElement } from './task-element.ts'

customElements.define('bench-predict', PredictElement)
customElements.define('bench-task', TaskElement)
customElements.define('bench-quiz', QuizElement)
