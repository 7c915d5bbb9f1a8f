	.section .rodata
	.globl spare_image, spare_image_end
	.balign 16
spare_image:
	.incbin SPARE_IMAGE
spare_image_end:

	.section .note.GNU-stack, "", @progbits
