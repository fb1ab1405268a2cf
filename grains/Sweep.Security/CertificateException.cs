namespace Sweep.Security;

/// <summary>
/// A file of an authority or of a certificate is missing or wrong. The message is one line: where, what was found, what to do.
/// </summary>
public sealed class CertificateException(string message, Exception? cause = null) : Exception(message, cause);
