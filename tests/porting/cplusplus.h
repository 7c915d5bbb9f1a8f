/* Of this kernel compiled as C++: what its assembly calls. */
extern "C" void main(void);
