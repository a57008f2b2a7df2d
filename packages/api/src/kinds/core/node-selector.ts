import { forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { each, fields, neededItems, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain, labelValue, qualifiedName } from "../rules/text.ts";

/** How many values each operator takes, and what is said when they are not there (or are). */
const VALUES: Readonly<Record<string, { readonly fits: (count: number) => boolean; readonly needs?: string }>> = {
  In: { fits: (count) => count > 0, needs: "must be specified when `operator` is 'In' or 'NotIn'" },
  NotIn: { fits: (count) => count > 0, needs: "must be specified when `operator` is 'In' or 'NotIn'" },
  Exists: { fits: (count) => count === 0 },
  DoesNotExist: { fits: (count) => count === 0 },
  Gt: { fits: (count) => count === 1, needs: "must be specified single value when `operator` is 'Lt' or 'Gt'" },
  Lt: { fits: (count) => count === 1, needs: "must be specified single value when `operator` is 'Lt' or 'Gt'" },
};

function expression(anyValue: boolean): Rule {
  return (value, path, errors) => {
    const operator = Object.hasOwn(VALUES, value.operator ?? "") ? VALUES[value.operator] : undefined;
    const values = value.values ?? [];
    if (!operator)
      errors.push(invalidValue(path.child("operator"), value.operator ?? "", "not a valid selector operator"));
    else if (!operator.fits(values.length)) {
      const forbidden = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      if (operator.needs) errors.push(required(path.child("values"), operator.needs));
      else errors.push(forbiddenField(path.child("values"), forbidden));
    }
    text(qualifiedName)(value.key, path.child("key"), errors, value);
    if (!anyValue) each(text(labelValue))(values, path.child("values"), errors, value);
  };
}

const fieldExpression: Rule = (value, path, errors) => {
  if (value.operator !== "In" && value.operator !== "NotIn") {
    errors.push(invalidValue(path.child("operator"), value.operator ?? "", "not a valid selector operator"));
  } else if (value.values?.length !== 1) {
    const message = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(path.child("values"), message));
  }
  if (value.key !== "metadata.name") {
    errors.push(invalidValue(path.child("key"), value.key ?? "", "not a valid field selector key"));
  } else each(text(dnsSubdomain))(value.values, path.child("values"), errors, value);
};

/** One term. `anyValue` leaves label values unchecked, as upstream does for preferences. */
export function nodeSelectorTerm(anyValue: boolean): Rule {
  return fields({ matchExpressions: each(expression(anyValue)), matchFields: each(fieldExpression) });
}

/** A NodeSelector: at least one term. */
export const nodeSelector: Rule = fields({
  nodeSelectorTerms: neededItems(each(nodeSelectorTerm(false)), "must have at least one node selector term"),
});
