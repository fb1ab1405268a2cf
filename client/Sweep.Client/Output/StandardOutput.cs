using System.Runtime.InteropServices;

namespace Sweep.Client.Output;

/// <summary>
/// The process's standard output where it is no terminal. .NET's own stream ignores that the reader of a pipe has ended, so that the
/// program would go on without use. This stream reports the first write that fails for this reason, and drops its bytes and all later ones.
/// </summary>
/// <param name="whenReaderGone">The method that is called once, on any thread, when the reader has ended.</param>
internal sealed class StandardOutput(Action whenReaderGone) : Stream
{
    private const int Descriptor = 1;
    private const int Interrupted = 4;
    private const int Again = 11;
    private const int BrokenPipe = 32;
    private const short Writable = 0x4;
    private const short Gone = 0x8 | 0x10;

    private int _isReaderGone;
    private int _isWatched;

    /// <summary>Whether the reader of the pipe ended before everything was written.</summary>
    public bool IsReaderGone => Volatile.Read(ref _isReaderGone) != 0;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>From now on, the end of the reader is noticed even while nothing is written.</summary>
    public void Watch()
    {
        if (Interlocked.Exchange(ref _isWatched, 1) == 0)
            new Thread(WaitUntilGone) { IsBackground = true, Name = "reader of the output" }.Start();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0 && !IsReaderGone)
        {
            var written = Write(Descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case Again:
                    Wait(Writable);
                    break;
                case BrokenPipe:
                    End();
                    break;
                case var error:
                    throw new IOException($"The output cannot be written: {Marshal.GetPInvokeErrorMessage(error)}.");
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WaitUntilGone()
    {
        // For a file or a terminal this wait never returns, and the thread ends with the process.
        if ((Wait(0) & Gone) != 0)
            End();
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _isReaderGone, 1) == 0)
            whenReaderGone();
    }

    private static short Wait(short events)
    {
        var watched = new Watched { Descriptor = Descriptor, Events = events };
        while (Poll(ref watched, 1, -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }

        return watched.Returned;
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint Write(int descriptor, in byte first, nint count);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static extern int Poll(ref Watched watched, nuint count, int milliseconds);

    /// <summary>The system's <c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
