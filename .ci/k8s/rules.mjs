// All rules over the objects of one kustomization taken together: each a function from Manifests to what breaks it, by the
// sentence that it stands for. mistakes.test.mjs shows for each a mistake that is found.
import { forms } from './forms.mjs';
import { standards } from './standards.mjs';
import { wiring } from './wiring.mjs';

export const rules = { ...forms, ...wiring, ...standards };
