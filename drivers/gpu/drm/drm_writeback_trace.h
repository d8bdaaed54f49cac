/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints in the life of a writeback job
 */

#if !defined(_DRM_WRITEBACK_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _DRM_WRITEBACK_TRACE_H_

#include <linux/dma-fence.h>
#include <linux/ktime.h>
#include <linux/stringify.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

#include <drm/drm_device.h>
#include <drm/drm_file.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_writeback.h>

#undef TRACE_SYSTEM
#define TRACE_SYSTEM drm_writeback
#define TRACE_INCLUDE_FILE drm_writeback_trace

/* The name is the fence's copy: that of the connector goes before its jobs do. */
DECLARE_EVENT_CLASS(drm_writeback_step,
		    TP_PROTO(struct drm_writeback_job *job, u32 fb),
		    TP_ARGS(job, fb),
		    TP_STRUCT__entry(__field(int, card)
				     __field(u32, connector)
				     __string(name, job->fence.ops->get_timeline_name(&job->fence))
				     __field(u32, fb)
				     __field(u64, job)
				     __field(u64, context)
				     __field(u64, seqno)),
		    TP_fast_assign(__entry->card = job->connector->base.dev->primary->index;
				   __entry->connector = job->connector->base.base.id;
				   __assign_str(name);
				   __entry->fb = fb;
				   __entry->job = job->fence.seqno;
				   __entry->context = job->fence.context;
				   __entry->seqno = job->fence.seqno;),
		    TP_printk("card=%d connector=%u name=%s fb=%u job=%llu fence=%llu:%llu",
			      __entry->card, __entry->connector, __get_str(name),
			      __entry->fb, __entry->job, __entry->context,
			      __entry->seqno)
);

DEFINE_EVENT(drm_writeback_step, drm_writeback_created,
	     TP_PROTO(struct drm_writeback_job *job, u32 fb),
	     TP_ARGS(job, fb)
);

DEFINE_EVENT(drm_writeback_step, drm_writeback_prepared,
	     TP_PROTO(struct drm_writeback_job *job, u32 fb),
	     TP_ARGS(job, fb)
);

DEFINE_EVENT(drm_writeback_step, drm_writeback_queued,
	     TP_PROTO(struct drm_writeback_job *job, u32 fb),
	     TP_ARGS(job, fb)
);

DEFINE_EVENT(drm_writeback_step, drm_writeback_cleaned_up,
	     TP_PROTO(struct drm_writeback_job *job, u32 fb),
	     TP_ARGS(job, fb)
);

/* The latency is 0 where it is not known. */
DECLARE_EVENT_CLASS(drm_writeback_end,
		    TP_PROTO(struct drm_writeback_job *job, int status),
		    TP_ARGS(job, status),
		    TP_STRUCT__entry(__field(int, card)
				     __field(u32, connector)
				     __string(name, job->fence.ops->get_timeline_name(&job->fence))
				     __field(u32, fb)
				     __field(u64, job)
				     __field(u64, context)
				     __field(u64, seqno)
				     __field(int, status)
				     __field(u64, latency_ns)),
		    TP_fast_assign(__entry->card = job->connector->base.dev->primary->index;
				   __entry->connector = job->connector->base.base.id;
				   __assign_str(name);
				   __entry->fb = job->fb->base.id;
				   __entry->job = job->fence.seqno;
				   __entry->context = job->fence.context;
				   __entry->seqno = job->fence.seqno;
				   __entry->status = status;
				   __entry->latency_ns = job->queued_at ?
					   ktime_get_ns() - ktime_to_ns(job->queued_at) : 0;),
		    TP_printk("card=%d connector=%u name=%s fb=%u job=%llu fence=%llu:%llu status=%d latency_ns=%llu",
			      __entry->card, __entry->connector, __get_str(name),
			      __entry->fb, __entry->job, __entry->context,
			      __entry->seqno, __entry->status, __entry->latency_ns)
);

DEFINE_EVENT(drm_writeback_end, drm_writeback_completed,
	     TP_PROTO(struct drm_writeback_job *job, int status),
	     TP_ARGS(job, status)
);

DEFINE_EVENT(drm_writeback_end, drm_writeback_expired,
	     TP_PROTO(struct drm_writeback_job *job, int status),
	     TP_ARGS(job, status)
);

DEFINE_EVENT(drm_writeback_end, drm_writeback_cancelled,
	     TP_PROTO(struct drm_writeback_job *job, int status),
	     TP_ARGS(job, status)
);

#endif /* _DRM_WRITEBACK_TRACE_H_ */

/* This part must be outside protection */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#include <trace/define_trace.h>
