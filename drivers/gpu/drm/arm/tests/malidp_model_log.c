// SPDX-License-Identifier: GPL-2.0-only
/* What the driver did: its register writes, and what it must not do. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "malidp_model_internal.h"

void malidp_model_log_add(struct malidp_model *model, u32 offset, u32 value)
{
	model->log[model->logged++ % MODEL_LOG_SIZE] =
		(struct malidp_model_write){ offset, value };
}

unsigned int malidp_model_log(struct malidp_model *model,
			      struct malidp_model_write *writes, unsigned int max)
{
	unsigned int i, count, first;

	scoped_guard(spinlock_irqsave, &model->lock) {
		count = min(model->logged, MODEL_LOG_SIZE);
		first = model->logged - count;
		count = min(count, max);
		for (i = 0; i < count; i++)
			writes[i] = model->log[(first + i) % MODEL_LOG_SIZE];
	}
	return count;
}
EXPORT_SYMBOL_GPL(malidp_model_log);

void malidp_model_log_clear(struct malidp_model *model)
{
	scoped_guard(spinlock_irqsave, &model->lock)
		model->logged = 0;
}
EXPORT_SYMBOL_GPL(malidp_model_log_clear);

void malidp_model_fault(struct malidp_model *model, const char *format, ...)
{
	va_list args;

	lockdep_assert_held(&model->lock);
	va_start(args, format);
	vscnprintf(model->fault, sizeof(model->fault), format, args);
	va_end(args);
	model->counters[MALIDP_MODEL_FAULTS]++;
	pr_notice_ratelimited("malidp-model: %s: %s\n", model->info->name,
			      model->fault);
}
