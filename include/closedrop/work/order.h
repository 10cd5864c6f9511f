/** The kinds of orders that a file process gets from the worker. */
#ifndef CLOSEDROP_WORK_ORDER_H
#define CLOSEDROP_WORK_ORDER_H

/** What a file process is told to do (assignment.h). */
enum order {
    ORDER_STAGE,    /* what a stage does with files; answered by worker_take_result() */
    ORDER_PUT_AWAY, /* the same for the last stage */
    ORDER_READ,     /* read from the file that the stage with this number has opened; answered by
                       worker_take_block() */
    ORDER_CLOSE     /* close that file */
};

#endif
